"""The TensorFlow autoencoder against the float64 reference."""

import numpy as np
import pytest

from autoencoder_tf import Network
from tests import reference
from tests.conftest import make_settings
from tests.reference import assert_trains, wide
from tools import lessons

SHAPES = [  # hidden, latent_dim, batch, activation
    ((), 200, 128, "relu"),
    ((), 3, 1, "tanh"),
    ((16,), 5, 7, "leaky_relu"),
    ((24, 16), 3, 4, "tanh"),
]


def problem(rng, pixels, hidden, latent_dim, batch, activation):
    """A network whose parameters are away from their start, and gray pixels."""
    structure = {"hidden": hidden, "latent_dim": latent_dim, "activation": activation}
    settings = make_settings("autoencoder", **structure)
    parameters = lessons.drawn(settings, (batch, pixels), rng)
    x = rng.random((batch, pixels), np.float32)
    return Network(parameters, settings), wide(parameters), x


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_network_computes(rng, shape):
    network, p, x = problem(rng, 784, *shape)
    measures = network.evaluate(x)
    expected = reference.autoencoder(p, wide(x), shape[-1])
    for values, exact in zip(measures, expected, strict=True):
        assert values.shape == (shape[2],)
        np.testing.assert_allclose(values, exact, rtol=1e-5)
    z = network.encode(x)
    assert z.shape == (shape[2], shape[1])
    assert z.min() >= {"relu": 0, "tanh": -1}.get(shape[-1], -np.inf)
    mse = ((x - network.decode(z)) ** 2).mean(axis=1)
    np.testing.assert_allclose(measures[1], mse, rtol=1e-5)


@pytest.mark.compiles
@pytest.mark.parametrize("shape", SHAPES[1:])
def test_training_takes_adams_steps_on_the_mean_log_likelihood(rng, shape):
    hidden, latent_dim, _, activation = shape
    small = tuple(units // 4 for units in hidden)
    network, p, _ = problem(rng, 9, small, latent_dim, 1, activation)
    x = rng.random((4, 8, 9), np.float32)

    def mean(p, x):
        return reference.autoencoder(p, x, activation)[0].mean()

    sums = assert_trains(network, {"x": x}, lambda x: [("", lambda p: -mean(p, x))])
    expected = mean(p, wide(x[0])) + mean(p, wide(x[1]))
    assert sums == {"log_likelihood": pytest.approx(expected, rel=1e-5)}
