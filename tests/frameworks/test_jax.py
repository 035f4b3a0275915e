"""JAX's own: its Adam beside Keras's."""

import jax
import jax.numpy as jnp
import numpy as np

from common.frameworks.jax.network import Adam
from tests.frameworks.adam import OfAdam


class TestAdam(OfAdam):
    def start(self, w, *betas):
        weights = {"w": jnp.array(w)}
        ours = Adam.start(weights, *betas)
        apply = jax.jit(Adam.apply)

        def step(g, rate):
            nonlocal weights, ours
            weights, ours = apply(ours, {"w": g}, weights, rate)
            return [np.array(values["w"]) for values in (weights, ours.m, ours.v)]

        return step
