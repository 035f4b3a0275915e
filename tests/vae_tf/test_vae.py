"""Deep networks, whose first steps are calm enough."""

from dataclasses import replace

import pytest

from common import batches, loop
from vae_tf import Network


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [(400,), (400, 400), (200, 200, 200)])
def test_the_posterior_does_not_collapse(digits, settings, hidden):
    """After 120 steps the latent variables still carry information (KL > 1 nat)."""
    settings = replace(settings, hidden=hidden, latent_dim=20, epochs=4)
    network = Network(settings.initial(digits.train_images), settings)
    for epoch in loop.epochs(network, digits.train_images, settings):
        assert epoch.steps == 30
    test_set = batches.evaluation_set(digits.test_images, settings)
    assert loop.evaluate(network, test_set)[2] > 1
