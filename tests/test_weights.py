"""Initial weights, and what training makes of networks that start with them."""

from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest

from autoencoder_tf import Autoencoder
from common import batches, loop, weights
from tests.conftest import make_settings
from vae_numpy import Network


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (50, 784), dtype=np.uint8)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("activation", "gain"), [("relu", 2), ("tanh", 1), ("leaky_relu", 2 / 1.04)]
)
def test_weights_are_normal_draws_of_the_seed(activation, gain, seed):
    """In the order of the shapes."""
    shapes = weights.shapes("encoder", (784, 400, 3), "W_mu", "W_WW")
    assert shapes == {
        **{"encoder_W1": (784, 400), "encoder_b1": (400,)},
        **{"W_mu": (400, 3), "b_mu": (3,), "W_WW": (400, 3), "b_WW": (3,)},
    }
    settings = SimpleNamespace(random_state=seed, activation=activation)
    initial = weights.initial(shapes, settings, {"W_mu": 0.25})
    rng = np.random.default_rng(seed)
    variances = {"encoder_W1": gain / 784, "W_mu": 0.25, "W_WW": gain / 400}
    for name, variance in variances.items():
        expected = np.sqrt(variance) * rng.standard_normal(shapes[name])
        np.testing.assert_allclose(initial.pop(name), expected, rtol=1e-6)
    assert not any(map(np.any, initial.values()))


def test_output_starts_at_the_mean_image(pixels):
    pixels[:, :2] = 0, 255  # pixels that never change still have finite log-odds
    probabilities = 1 / (1 + np.exp(-weights.log_odds(pixels)))
    expected = (pixels.mean(axis=0) / 255).clip(0.005, 0.995)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("hidden", "passes", "least"),
    [
        ((400,), 4, 8),  # 11.0 +- 0.7
        ((400, 400), 10, 2),  # 5.0 +- 0.7
    ],
)
def test_the_posterior_does_not_collapse(digits, hidden, passes, least, seed, bounded):
    """The latent variables carry information, in nats, after 120 or 300 steps.

    With three layers of 200 units, 5 of 30 seeds have less than 0.2 nats after 120.
    """
    options = {"latent_dim": 20, "epochs": 100, "random_state": seed}
    settings = make_settings(batch_size=50, hidden=hidden, **options)
    network = Network(settings.initial(digits.train_images), settings)
    epochs = islice(loop.epochs(network, digits.train_images, settings), passes)
    assert sum(epoch.steps for epoch in epochs) == 30 * passes
    test_set = batches.evaluation_set(digits.test_images, settings)
    bounded("KL", loop.evaluate(network, test_set)[2], low=least)


@pytest.mark.slow
@pytest.mark.parametrize(("latent_dim", "kind"), [(8, "relu"), (2, "leaky_relu")])
def test_no_number_of_a_code_dies(digits, latent_dim, kind, seed, bounded):
    """After 165 steps each varies; with 2 numbers and relu, 1 of 30 seeds loses one."""
    options = {"epochs": 15, "activation": kind, "random_state": seed}
    model = Autoencoder(latent_dim, hidden=(400,), **options).fit(digits.train_images)
    z = model.transform(digits.test_images)
    bounded("deviation", (z.std(axis=0) / z.std()).min(), low=0.3)  # 0.73 +- 0.08
