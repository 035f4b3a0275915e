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
        """One XLA program runs all the steps and the loop over them."""
        step, total = 0, 0.0
        while step < steps:  # tf.range(steps) compiles a program for each value
            images = tf.cast(x[step], tf.float32)
            with tf.GradientTape() as tape:
                logits = self._reconstruct(images)
                loss = -tf.reduce_mean(model.log_likelihood(logits, images))
            gradients = tape.gradient(loss, self.parameters)
            self.adam.apply(gradients, self.parameters, learning_rates[step])
            total -= loss
            step += 1
        return total

    def _reconstruct(self, x):
        """Logits of the pixels, through the bottleneck.  (B, D) -> (B, D)"""
        z = model.encode(self.parameters, x, self.activation)
        return model.decode(self.parameters, z, self.activation)

    @network.compiled
    def evaluate(self, x):
        """log p(x|z) in nats, squared error per pixel.  (B, D) -> (B,), (B,)"""
        logits = self._reconstruct(x)
        mse = tf.reduce_mean((x - tf.sigmoid(logits)) ** 2, axis=1)
        return model.log_likelihood(logits, x), mse

    @network.compiled
    def encode(self, x):
        """The code of each image.  (B, D) -> (B, Z)"""
        return model.encode(self.parameters, x, self.activation)

    @network.compiled
    def decode(self, z):
        """Pixel probabilities p(x = 1|z).  (B, Z) -> (B, D)"""
        return network.sigmoid(model.decode(self.parameters, z, self.activation))


class Autoencoder(estimator.Autoencoder, keras_models.ToKeras):
    Network = Network
