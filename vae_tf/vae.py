"""The machinery around model.py: variables, gradients, compiled training steps."""

import keras
import numpy as np
import tensorflow as tf

from common import estimator
from common.settings import CHUNK
from vae_tf import keras_models, model


class Network:
    """The parameters of a variational autoencoder, and functions compiled for them."""

    releases_gil = True  # other Python threads can work while a step runs

    def __init__(self, parameters, activation):
        self.activation = activation
        self.parameters = {
            name: tf.Variable(value, name=name) for name, value in parameters.items()
        }
        self.adam = keras.optimizers.Adam()
        self.adam.build(list(self.parameters.values()))

    def train(self, x, eps, learning_rates):
        """One Adam step per batch -> sum of mean ELBOs.  (S, B, D), (S, B, Z), (S,)"""
        padding = CHUNK - len(x)  # one shape for every chunk: compiled once
        chunk = [
            np.pad(array, [(0, padding)] + [(0, 0)] * (array.ndim - 1))
            for array in (x, eps, learning_rates)
        ]
        return float(self._train(*chunk, steps=tf.constant(len(x))))

    @tf.function(jit_compile=True)
    def _train(self, x, eps, learning_rates, steps):
        """All the steps in one XLA program: the loop, too, is compiled."""
        variables = list(self.parameters.values())
        total = 0.0
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                elbo = tf.reduce_mean(self._evaluate(x[step], eps[step])[0])
                loss = -elbo
            gradients = tape.gradient(loss, variables)
            self.adam.learning_rate.assign(learning_rates[step])
            self.adam.apply(gradients, variables)
            total += elbo
        return total

    def evaluate(self, x, eps):
        """ELBO, log-likelihood, KL in nats.  (B, D), (B, Z) -> (B,), (B,), (B,)"""
        return [part.numpy() for part in self._evaluate(x, eps)]

    @tf.function
    def _evaluate(self, x, eps):
        x = tf.cast(x, tf.float32)
        return model.elbo(self.parameters, x, eps, self.activation)

    def log_weights(self, x, eps):
        """log p(x, z) / q(z|x) of draws of z.  (B, D), (B, S, Z) -> (B, S)"""
        return self._log_weights(x, eps).numpy()

    @tf.function(jit_compile=True)
    def _log_weights(self, x, eps):
        """One image after the other, so that a decoded batch fits in the cache."""

        def of_image(image):
            x, eps = image
            return model.log_weight(self.parameters, x[None], eps, self.activation)

        x = tf.cast(x, tf.float32)
        return tf.map_fn(of_image, (x, eps), fn_output_signature=tf.float32)

    def encode(self, x):
        """Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z)"""
        return [part.numpy() for part in self._encode(x)]

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


class VAE(estimator.VAE):  # noqa: D101
    __doc__ = estimator.VAE.__doc__
    Network = Network

    def to_keras(self):
        """Encoder x -> [mu, logvar], decoder z -> p(x = 1|z).  -> two keras.Models"""
        return keras_models.build(self.network.parameters, self.settings_.activation)
