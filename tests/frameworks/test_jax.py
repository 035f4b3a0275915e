"""JAX's own: its Adam beside Keras's, and programs that networks share."""

import jax
import jax.numpy as jnp
import numpy as np

from common.frameworks.jax.network import Adam
from tests.frameworks.adam import OfAdam


def adam(w, *betas):
    weights = {"w": jnp.array(w)}
    ours = Adam.start(weights, *betas)
    apply = jax.jit(Adam.apply)

    def step(g, rate):
        nonlocal weights, ours
        weights, ours = apply(ours, {"w": g}, weights, rate)
        return [np.array(values["w"]) for values in (weights, ours.m, ours.v)]

    return step


class TestAdam(OfAdam):
    start = staticmethod(adam)
