"""The machinery around model.py: gradients, training steps."""

import torch

from common.frameworks.torch import network
from common.models.vae import estimator
from vae_torch import bound, model


class Network(network.Network):
    """The parameters of a variational autoencoder, and functions of them."""

    def __init__(self, parameters, settings):
        super().__init__(parameters, settings)
        self.bound = bound.of(settings)

    def train(self, x, eps, learning_rates):
        """One Adam step per batch.  (S, B, D), (S, K, B, Z), (S,) -> sum of means"""
        return {"elbo": float(sum(map(self._train, x, eps, learning_rates)))}

    @network.recorded
    def _train(self, x, eps, learning_rate):
        """One step.  Each operation runs at once, and is recorded for the gradient."""
        x, eps = network.tensor(x), network.tensor(eps)
        elbo = self.bound(self.parameters, x, eps, self.activation)
        loss = -torch.mean(elbo)
        gradients = torch.autograd.grad(loss, [*self.parameters.values()])
        self.adam.apply(gradients, self.parameters, learning_rate)
        return -loss.detach()

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
