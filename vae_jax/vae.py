"""The machinery around model.py: gradients, compiled training steps."""

import jax
import jax.numpy as jnp

from common.frameworks.jax import network
from common.models.vae import estimator
from vae_jax import bound, model


class Network(network.Network):
    """The parameters of a variational autoencoder, and functions compiled for them."""

    def __init__(self, parameters, settings):
        super().__init__(parameters, settings)
        self.bound = bound.of(settings)

    def train(self, x, eps, learning_rates):
        """One Adam step per batch.  (S, B, D), (S, K, B, Z), (S,) -> sum of means"""
        state = self.parameters, self.adam
        state, elbo = self._train(state, x, eps, learning_rates)
        self.go_on_from(*state)
        return {"elbo": float(elbo)}

    @network.jitted
    def _train(self, state, x, eps, learning_rates):
        """One XLA program runs all the steps; each makes a new state of the old one."""

        def loss(parameters, x, eps):
            elbo = self.bound(parameters, x, eps, self.activation)
            return -jnp.mean(elbo)

        def step(state, batch):
            parameters, adam = state
            x, eps, learning_rate = batch
            x = x.astype(jnp.float32)
            value, gradients = jax.value_and_grad(loss)(parameters, x, eps)
            return adam.apply(gradients, parameters, learning_rate), -value

        state, elbos = jax.lax.scan(step, state, (x, eps, learning_rates))
        return state, jnp.sum(elbos)

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


class VAE(estimator.VAE):
    Network = Network
