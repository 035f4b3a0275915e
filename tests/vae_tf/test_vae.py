"""Deep networks, whose first steps are calm enough."""

from dataclasses import replace
from itertools import islice

import pytest

from common import batches, loop
from vae_tf import Network


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [(400,), (400, 400), (200, 200, 200)])
def test_the_posterior_does_not_collapse(digits, settings, hidden):
    """After 120 steps the latent variables still carry information (KL > 1 nat)."""
    settings = replace(settings, hidden=hidden, latent_dim=20, epochs=100)
    network = Network(settings.initial(digits.train_images), settings)
    epochs = islice(loop.epochs(network, digits.train_images, settings), 4)
    assert sum(epoch.steps for epoch in epochs) == 120
    test_set = batches.evaluation_set(digits.test_images, settings)
    assert loop.evaluate(network, test_set)[2] > 1
