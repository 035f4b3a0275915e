"""The machinery around model.py: variables, gradients, compiled training steps."""

from functools import cached_property

import numpy as np
import theano
import theano.tensor as T

from common import estimator
from vae_theano import compiling, model
from vae_theano.optimizer import Adam


class Network:
    """The parameters of a variational autoencoder, and functions compiled for them."""

    releases_gil = False  # no other Python thread can work while a step runs

    def __init__(self, parameters, activation):
        self.activation = activation
        self.parameters = {
            name: theano.shared(value, name=name) for name, value in parameters.items()
        }
        self.adam = Adam(self.parameters)

    def train(self, x, eps, learning_rates):
        """One Adam step per batch -> sum of mean ELBOs.  (S, B, D), (S, B, Z), (S,)"""
        chunk = (x.astype(np.float32), eps, learning_rates)
        return float(sum(map(self._train, *chunk)))

    @cached_property
    def _train(self):
        """One step, compiled by way of C++; the loop over the steps is Python's."""
        variables = list(self.parameters.values())
        x, eps, learning_rate = T.fmatrix("x"), T.fmatrix("eps"), T.fscalar("rate")
        elbo = T.mean(model.elbo(self.parameters, x, eps, self.activation)[0])
        loss = -elbo
        gradients = theano.grad(loss, variables)
        updates = self.adam.updates(self.parameters, gradients, learning_rate)
        return theano.function([x, eps, learning_rate], elbo, updates=updates)

    def evaluate(self, x, eps):
        """ELBO, log-likelihood, KL in nats.  (B, D), (B, Z) -> (B,), (B,), (B,)"""
        return self._evaluate(x.astype(np.float32), eps)

    @cached_property
    def _evaluate(self):
        x, eps = T.fmatrix("x"), T.fmatrix("eps")
        parts = model.elbo(self.parameters, x, eps, self.activation)
        return theano.function([x, eps], parts)

    def log_weights(self, x, eps):
        """log p(x, z) / q(z|x) of draws of z.  (B, D), (B, S, Z) -> (B, S)"""
        images = x.astype(np.float32)[:, None]
        return np.stack([*map(self._log_weights, images, eps)])

    @cached_property
    def _log_weights(self):
        """One image, broadcast to its draws; the loop over the images is Python's."""
        x, eps = T.frow("x"), T.fmatrix("eps")
        log_w = model.log_weight(self.parameters, x, eps, self.activation)
        return theano.function([x, eps], log_w)

    def encode(self, x):
        """Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z)"""
        return self._encode(x.astype(np.float32))

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

    def state(self):
        """All that training changes: parameters and Adam's moments.  name -> array"""
        return {name: value.get_value() for name, value in self._variables().items()}

    def load_state(self, state):
        """Continue from what `state` returned, here or in another framework."""
        for name, variable in self._variables().items():
            variable.set_value(state[name])

    def _variables(self):
        """Every variable under its name in a checkpoint."""
        return {
            **self.parameters,
            **{f"adam_m_{n}": m for n, m in self.adam.m.items()},
            **{f"adam_v_{n}": v for n, v in self.adam.v.items()},
            "adam_step": self.adam.step,
        }


class VAE(estimator.VAE):  # noqa: D101
    __doc__ = estimator.VAE.__doc__
    Network = Network

    def _build(self, initial, activation, quiet):
        return compiling.announced(Network(initial, activation), quiet)
