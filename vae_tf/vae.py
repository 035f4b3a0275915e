"""The machinery around model.py: gradients, compiled training steps."""

import tensorflow as tf

from common.frameworks.tensorflow import keras_models, network
from common.models.vae import estimator
from vae_tf import bound, model


class Network(network.Network):
    """The parameters of a variational autoencoder, and functions compiled for them."""

    def __init__(self, parameters, settings):
        super().__init__(parameters, settings)
        self.bound = bound.of(settings)

    def train(self, x, eps, learning_rates):
        """One Adam step per batch.  (S, B, D), (S, K, B, Z), (S,) -> sum of means"""
        chunk = network.padded(x, eps, learning_rates)
        return {"elbo": float(self._train(*chunk, steps=tf.constant(len(x))))}

    @tf.function(jit_compile=True)
    def _train(self, x, eps, learning_rates, steps):
        """One XLA program runs all the steps and the loop over them."""
        step, total = 0, 0.0
        while step < steps:  # tf.range(steps) compiles a program for each value
            images = tf.cast(x[step], tf.float32)
            with tf.GradientTape() as tape:
                elbo = self.bound(self.parameters, images, eps[step], self.activation)
                loss = -tf.reduce_mean(elbo)
            gradients = tape.gradient(loss, self.parameters)
            self.adam.apply(gradients, self.parameters, learning_rates[step])
            total -= loss
            step += 1
        return total

    @network.compiled
    def evaluate(self, x, eps):
        """ELBO, log p(x|z), KL in nats.  (B, D), (B, Z) -> (B,), (B,), (B,)"""
        log_px_z, kl = model.elbo_parts(self.parameters, x, eps, self.activation)
        return log_px_z - kl, log_px_z, kl

    @network.for_each_image
    def log_weights(self, x, eps):
        """log p(x, z) / q(z|x) of K draws of z.  (B, D), (B, K, Z) -> (B, K)"""
        return bound.log_weight(self.parameters, x[None, :], eps, self.activation)

    @network.compiled
    def encode(self, x):
        """Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z)"""
        return model.encode(self.parameters, x, self.activation)

    @network.compiled
    def decode(self, z):
        """Pixel probabilities p(x = 1|z).  (B, Z) -> (B, D)"""
        return network.sigmoid(model.decode(self.parameters, z, self.activation))


class VAE(estimator.VAE, keras_models.ToKeras):
    Network = Network
