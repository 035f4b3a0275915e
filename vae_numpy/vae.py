"""The machinery around model.py: gradients, training steps."""

import numpy as np

from common import batches
from common.frameworks import numpy as network
from common.models.vae import estimator
from vae_numpy import gradient, model

DRAWS = 250  # decoded together


class Network(network.Network):
    """The parameters of a variational autoencoder, and functions of them."""

    def __init__(self, parameters, activation, importance_samples=1):
        super().__init__(parameters, activation)
        self.importance_samples = importance_samples

    def train(self, x, eps, learning_rates):
        """One Adam step a batch.  (S, B, D), (S, K B, Z), (S,) -> sum of mean bounds"""
        with network.ignoring_overflow():
            return {"elbo": float(sum(map(self._train, x, eps, learning_rates)))}

    def _train(self, x, eps, learning_rate):
        """One step.  Nothing is compiled; the derivative is gradient.py's."""
        x = x.astype(np.float32)
        elbo = self._bound(x, eps)
        self.adam.apply(self.gradients, self.parameters, learning_rate)
        return elbo

    def _bound(self, x, eps):
        """The mean of what training raises; its gradient goes into `gradients`."""
        several = self.importance_samples > 1
        bound = gradient.importance_weighted_bound if several else gradient.elbo
        return bound(self.parameters, self.gradients, x, eps, self.activation)

    def evaluate(self, x, eps):
        """ELBO, log p(x|z), KL in nats.  (B, D), (B, Z) -> (B,), (B,), (B,)"""
        with network.ignoring_overflow():
            return self._evaluate(x, eps)

    def _evaluate(self, x, eps):
        x = x.astype(np.float32)
        return model.elbo(self.parameters, x, eps, self.activation)

    def log_weights(self, x, eps):
        """log p(x, z) / q(z|x) of draws of z.  (B, D), (B, S, Z) -> (B, S)"""
        with network.ignoring_overflow():
            return np.stack([*map(self._log_weights, x[:, None], eps)])

    def _log_weights(self, x, eps):
        """One image, some draws at a time, so that a batch fits in the cache."""
        x, parts = x.astype(np.float32), batches.split(eps, DRAWS)
        log_w = [
            model.log_weight(self.parameters, x, p, self.activation) for p in parts
        ]
        return np.concatenate(log_w)

    def encode(self, x):
        """Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z)"""
        return self._encode(x)

    def _encode(self, x):
        return model.encode(self.parameters, x.astype(np.float32), self.activation)

    def decode(self, z):
        """Pixel probabilities p(x = 1|z).  (B, Z) -> (B, D)"""
        return self._decode(z)

    def _decode(self, z):
        return network.sigmoid(model.decode(self.parameters, z, self.activation))


class VAE(estimator.VAE):  # noqa: D101
    __doc__ = estimator.VAE.__doc__
    Network = Network
