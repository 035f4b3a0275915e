"""The machinery around model.py: variables, gradients, compiled training steps."""

import keras
import numpy as np
import tensorflow as tf

from autoencoder_tf import model
from common import estimator
from common.settings import CHUNK
from vae_tf import keras_models


class Network:
    """The parameters of an autoencoder, and the functions compiled for them."""

    releases_gil = True  # other Python threads can work while a step runs

    def __init__(self, parameters, activation):
        self.activation = activation
        self.parameters = {
            name: tf.Variable(value, name=name) for name, value in parameters.items()
        }
        self.adam = keras.optimizers.Adam()
        self.adam.build(list(self.parameters.values()))

    def train(self, x, learning_rates):
        """One Adam step per batch -> sum of mean log-likelihoods.  (S, B, D), (S,)"""
        padding = CHUNK - len(x)  # one shape for every chunk: compiled once
        chunk = [
            np.pad(array, [(0, padding)] + [(0, 0)] * (array.ndim - 1))
            for array in (x, learning_rates)
        ]
        return float(self._train(*chunk, steps=tf.constant(len(x))))

    @tf.function(jit_compile=True)
    def _train(self, x, learning_rates, steps):
        """All the steps in one XLA program: the loop, too, is compiled."""
        variables = list(self.parameters.values())
        total = 0.0
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                log_px = tf.reduce_mean(self._evaluate(x[step])[0])
                loss = -log_px
            gradients = tape.gradient(loss, variables)
            self.adam.learning_rate.assign(learning_rates[step])
            self.adam.apply(gradients, variables)
            total += log_px
        return total

    def evaluate(self, x):
        """Log-likelihood in nats, squared error per pixel.  (B, D) -> (B,), (B,)"""
        return [part.numpy() for part in self._evaluate(x)]

    @tf.function
    def _evaluate(self, x):
        x = tf.cast(x, tf.float32)
        z = model.encode(self.parameters, x, self.activation)
        logits = model.decode(self.parameters, z, self.activation)
        mse = tf.reduce_mean((x - tf.sigmoid(logits)) ** 2, axis=1)
        return model.log_likelihood(logits, x), mse

    def encode(self, x):
        """The code of each image.  (B, D) -> (B, Z)"""
        return self._encode(x).numpy()

    @tf.function
    def _encode(self, x):
        return model.encode(self.parameters, tf.cast(x, tf.float32), self.activation)

    def decode(self, z):
        """Pixel probabilities p(x = 1|z).  (B, Z) -> (B, D)"""
        return self._decode(z).numpy()

    @tf.function
    def _decode(self, z):
        logits = model.decode(self.parameters, z, self.activation)
        return tf.sigmoid(logits)

    def state(self):
        """All that training changes: parameters and Adam's moments.  name -> array"""
        return {name: np.array(value) for name, value in self._variables().items()}

    def load_state(self, state):
        """Continue from what `state` returned, here or in another framework."""
        for name, variable in self._variables().items():
            variable.assign(state[name])

    def _variables(self):
        """Every variable under its name in a checkpoint."""
        step, _, *moments = self.adam.variables
        names = self.parameters
        return {
            **self.parameters,
            **{f"adam_m_{n}": m for n, m in zip(names, moments[::2], strict=True)},
            **{f"adam_v_{n}": v for n, v in zip(names, moments[1::2], strict=True)},
            "adam_step": step,
        }


class Autoencoder(estimator.Autoencoder):  # noqa: D101
    __doc__ = estimator.Autoencoder.__doc__
    Network = Network

    def to_keras(self):
        """Encoder x -> z, decoder z -> p(x = 1|z).  -> two keras.Models"""
        return keras_models.build(self.network.parameters, self.settings_.activation)
