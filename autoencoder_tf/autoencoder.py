"""The machinery around model.py: gradients, compiled training steps."""

import tensorflow as tf

from autoencoder_tf import model
from common.frameworks.tensorflow import keras_models, network
from common.models.autoencoder import estimator


class Network(network.Network):
    """The parameters of an autoencoder, and the functions compiled for them."""

    def train(self, x, learning_rates):
        """One Adam step per batch.  (S, B, D), (S,) -> sum of mean log-likelihoods"""
        chunk = network.padded(x, learning_rates)
        return {"log_likelihood": float(self._train(*chunk, steps=tf.constant(len(x))))}

    @tf.function(jit_compile=True)
    def _train(self, x, learning_rates, steps):
        """All the steps in one XLA program: the loop, too, is compiled."""
        variables = list(self.parameters.values())
        total = 0.0
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                log_px_z = tf.reduce_mean(self._evaluate(x[step])[0])
                loss = -log_px_z
            gradients = tape.gradient(loss, variables)
            self.adam.learning_rate.assign(learning_rates[step])
            self.adam.apply(gradients, variables)
            total += log_px_z
        return total

    def evaluate(self, x):
        """log p(x|z) in nats, squared error per pixel.  (B, D) -> (B,), (B,)"""
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
        return tf.sigmoid(model.decode(self.parameters, z, self.activation))


class Autoencoder(keras_models.ToKeras, estimator.Autoencoder):  # noqa: D101
    __doc__ = estimator.Autoencoder.__doc__
    Network = Network
