"""The gradient by hand: what a comparison with others (test_parity) leaves open."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit

from common.frameworks.numpy import relu
from tests import reference
from tests.conftest import make_settings
from vae_numpy import Network, bound, gradient


def test_at_the_kink_the_slope_of_relu_is_0_as_in_tensorflow():
    a = tf.Variable(np.array([-1, 0, 1], "f4"))
    with tf.GradientTape() as tape:
        h = tf.nn.relu(a)
    np.testing.assert_array_equal(gradient.SLOPES[relu](h.numpy()), tape.gradient(h, a))


def test_slopes_of_extreme_arguments():
    """Where sigmoid is 0 or 1, and exponentials are infinite."""
    logits, x = np.repeat([-1e3, -20, 0, 20, 1e3], 2), np.tile([0, 1], 5)
    mu, logvar = np.repeat([0, -1e3], 5), np.tile([-100, -10, 0, 10, 80], 2)
    eps = np.linspace(-2, 3, 10)
    narrow = [array.astype("f4") for array in (logits, x, mu, logvar, eps)]
    with np.errstate(all="raise", under="ignore"):
        slope = gradient.log_likelihood(*narrow[:2])
        of_kl = gradient.kl_divergence(*narrow[2:4])
        of_z = gradient.reparameterize(*narrow[3:], np.ones(10, "f4"))
    np.testing.assert_allclose(slope, x - expit(logits), atol=1e-6)
    np.testing.assert_allclose(of_kl, [mu, 0.5 * (np.exp(logvar) - 1)], rtol=1e-5)
    expected = np.ones(10), 0.5 * np.exp(0.5 * logvar) * eps
    np.testing.assert_allclose(of_z, expected, rtol=1e-5)


@pytest.mark.parametrize("draws", [1, 4])
def test_the_path_gradient_in_float64(rng, draws):
    """Beside differences of what has its slope."""
    settings = make_settings(hidden=(4, 3), latent_dim=2, importance_samples=draws)
    p = {n: rng.normal(size=shape) for n, shape in settings.shapes(5).items()}
    x, eps = rng.random((6, 5)), rng.standard_normal((draws, 6, 2))
    ours = {name: np.full_like(value, np.nan) for name, value in p.items()}
    for settings.gradient in ("total", "path"):
        mean = gradient.of(settings)(p, ours, x, eps, relu)
        values = bound.of(settings)(p, x, eps, relu)
        assert mean == pytest.approx(values.mean(), rel=1e-12)
    exact = reference.importance_weighted_bound(p, x, eps, "relu")
    assert mean == pytest.approx(exact.mean(), rel=1e-12)

    def loss(moved):
        return -reference.path_surrogate(moved, p, x, eps, "relu").mean()

    for name, slope in reference.gradient(loss, p).items():
        assert reference.relative(ours[name], slope) < 1e-7, name


def test_all_is_float32_and_every_number_is_written(rng):
    settings = make_settings(hidden=(16,), latent_dim=2, activation="tanh")
    initial = settings.initial(rng.integers(0, 256, (8, 784), dtype=np.uint8))
    network, noise = Network(initial, settings), settings.noise((9, 8), rng)
    x = (rng.random((9, 8, 784)) < 0.2).astype(np.uint8)
    for array in network.gradients.values():
        array.fill(np.nan)
    network.train(x, **noise, learning_rates=np.full(9, 0.01, "f4"))
    state = network.state()
    assert state.pop("adam_step").dtype == np.int64
    assert all(np.isfinite(array).all() for array in state.values())
    assert {array.dtype for array in state.values()} == {np.dtype(np.float32)}
