"""JAX's own: its Adam beside Keras's, and programs that networks share."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from common.frameworks.jax.network import Adam
from tests.frameworks.adam import assert_is_keras_adam, assert_leaves_no_denormals


def adam(w, *betas):
    weights = {"w": jnp.array(w)}
    ours = Adam.start(weights, *betas)
    apply = jax.jit(Adam.apply)

    def step(g, rate):
        nonlocal weights, ours
        weights, ours = apply(ours, {"w": g}, weights, rate)
        return [np.array(values["w"]) for values in (weights, ours.m, ours.v)]

    return step


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9)])
def test_adam_is_keras_adam(rng, betas):
    assert_is_keras_adam(adam, rng, *betas)


def test_a_gradient_that_ends_leaves_no_denormals():
    assert_leaves_no_denormals(adam)
