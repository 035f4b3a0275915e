"""Initial weights, and what training makes of networks that start with them."""

from itertools import islice

import numpy as np
import pytest

from autoencoder_tf import Autoencoder
from common import batches, loop, weights
from tests.conftest import make_settings
from vae_numpy import Network


def initial(pixels, hidden, **changes):
    return make_settings(hidden=hidden, latent_dim=3, **changes).initial(pixels)


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (50, 784), dtype=np.uint8)


@pytest.mark.parametrize(("activation", "gain"), [("relu", 2), ("tanh", 1)])
def test_variance(pixels, activation, gain):
    W = initial(pixels, (400,), activation=activation)["encoder_W1"]
    # The variance of n normal draws has a relative error of sqrt(2 / n).
    assert W.var() == pytest.approx(gain / 784, rel=5 * np.sqrt(2 / W.size))


def test_seed(pixels):
    first, again, other = (initial(pixels, (8,), random_state=s) for s in (0, 0, 1))
    assert all((first[name] == again[name]).all() for name in first)
    assert (first["encoder_W1"] != other["encoder_W1"]).all()


def test_output_starts_at_the_mean_image(pixels):
    pixels[:, 0] = 0  # a pixel that is never on still has finite log-odds
    probabilities = 1 / (1 + np.exp(-weights.log_odds(pixels)))
    expected = (pixels.mean(axis=0) / 255).clip(0.005, 0.995)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)


@pytest.mark.parametrize("hidden", [(400,), (400, 400), (200, 200, 200)])
def test_the_posterior_does_not_collapse(digits, hidden):
    """After 120 steps the latent variables still carry information (KL > 1 nat)."""
    settings = make_settings(batch_size=50, hidden=hidden, latent_dim=20, epochs=100)
    network = Network(settings.initial(digits.train_images), settings)
    epochs = islice(loop.epochs(network, digits.train_images, settings), 4)
    assert sum(epoch.steps for epoch in epochs) == 120
    test_set = batches.evaluation_set(digits.test_images, settings)
    assert loop.evaluate(network, test_set)[2] > 1


@pytest.mark.slow
@pytest.mark.parametrize(("latent_dim", "hidden"), [(2, ()), (2, (400,)), (8, (400,))])
def test_no_unit_of_an_autoencoder_code_dies(digits, hidden, latent_dim):
    """After 165 steps every number of the code still differs between images."""
    model = Autoencoder(latent_dim, hidden=hidden, epochs=15)
    model.fit(digits.train_images)
    assert (model.transform(digits.test_images).std(axis=0) > 0).all()
