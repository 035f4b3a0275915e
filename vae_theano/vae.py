"""The machinery around model.py: gradients, compiled training steps."""

from functools import cached_property

import numpy as np
import theano
import theano.tensor as T

from common.frameworks.theano import network
from common.models.vae import estimator
from vae_theano import model


class Network(network.Network):
    """The parameters of a variational autoencoder, and functions compiled for them."""

    def __init__(self, parameters, activation, importance_samples=1):
        super().__init__(parameters, activation)
        self.importance_samples = importance_samples

    def train(self, x, eps, learning_rates):
        """One Adam step a batch.  (S, B, D), (S, K B, Z), (S,) -> sum of mean bounds"""
        return {"elbo": float(sum(map(self._train, x, eps, learning_rates)))}

    @cached_property
    def _train(self):
        """One step, compiled by way of C++; the loop over the steps is Python's."""
        variables = list(self.parameters.values())
        x, eps, learning_rate = T.fmatrix("x"), T.fmatrix("eps"), T.fscalar("rate")
        elbo = T.mean(self._bound(x, eps))
        loss = -elbo
        gradients = theano.grad(loss, variables)
        updates = self.adam.updates(self.parameters, gradients, learning_rate)
        return theano.function([x, eps, learning_rate], elbo, updates=updates)

    def _bound(self, x, eps):
        """What training raises, of each image.  (B, D), (K B, Z) -> (B,)"""
        if self.importance_samples == 1:
            return model.elbo(self.parameters, x, eps, self.activation)[0]
        return model.importance_weighted_bound(self.parameters, x, eps, self.activation)

    def evaluate(self, x, eps):
        """ELBO, log p(x|z), KL in nats.  (B, D), (B, Z) -> (B,), (B,), (B,)"""
        return self._evaluate(x, eps)

    @cached_property
    def _evaluate(self):
        x, eps = T.fmatrix("x"), T.fmatrix("eps")
        parts = model.elbo(self.parameters, x, eps, self.activation)
        return theano.function([x, eps], parts)

    def log_weights(self, x, eps):
        """log p(x, z) / q(z|x) of draws of z.  (B, D), (B, S, Z) -> (B, S)"""
        return np.stack([*map(self._log_weights, x[:, None], eps)])

    @cached_property
    def _log_weights(self):
        """One image, broadcast to its draws; the loop over the images is Python's."""
        x, eps = T.frow("x"), T.fmatrix("eps")
        log_w = model.log_weight(self.parameters, x, eps, self.activation)
        return theano.function([x, eps], log_w)

    def encode(self, x):
        """Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z)"""
        return self._encode(x)

    @cached_property
    def _encode(self):
        x = T.fmatrix("x")
        return theano.function([x], model.encode(self.parameters, x, self.activation))

    def decode(self, z):
        """Pixel probabilities p(x = 1|z).  (B, Z) -> (B, D)"""
        return self._decode(z)

    @cached_property
    def _decode(self):
        z = T.fmatrix("z")
        logits = model.decode(self.parameters, z, self.activation)
        return theano.function([z], T.nnet.sigmoid(logits))


class VAE(estimator.VAE):  # noqa: D101
    __doc__ = estimator.VAE.__doc__
    Network = Network
