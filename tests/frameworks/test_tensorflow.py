"""TensorFlow's own: networks of one kind share what is compiled."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

from common import batches, packages
from tests.conftest import make_settings


def network_of(package, images, **changes):
    model = packages.model_of(package).name
    settings = make_settings(model, hidden=(5,), latent_dim=2, batch_size=20, **changes)
    p = settings.initial(images)
    return packages.estimator(package).Network(p, settings)


def train(network, images):
    """Five steps with its own draws."""
    chunk = next(batches.chunks(images, network.settings, 1))
    few = {name: array[:5] for name, array in chunk.items()}
    rates = np.full(5, network.settings.learning_rate, "f4")
    return network.train(**few, learning_rates=rates)


@pytest.mark.parametrize("package", ["vae_tf", "autoencoder_tf", "gan_tf"])
def test_networks_that_share_functions_keep_apart(package, digits):
    """As without any compiled function, where each has its own variables."""
    images = digits.train_images[:200]
    different = {"random_state": 1}, {"random_state": 2, "learning_rate": 0.03}

    def states():
        both = [network_of(package, images, **changes) for changes in different]
        sums = [train(network, images) for network in [*both, *both]]
        noise = batches.evaluation_set(images[:9], both[0].settings)
        measures = [network.evaluate(**noise) for network in both]
        return sums, measures, [network.state() for network in both]

    compiled = states()
    tf.config.run_functions_eagerly(True)
    try:
        expected = states()
    finally:
        tf.config.run_functions_eagerly(False)
    for ours, theirs in zip(*map(tf.nest.flatten, (compiled, expected)), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-5)


def test_another_network_compiles_nothing(digits):
    """XLA frees nothing, so 41 fits took 18 MB each."""
    images, names = digits.train_images[:200], []
    for seed in range(3):
        network = network_of("vae_tf", images, random_state=seed)
        train(network, images)
        network.encode(images[:7])
        names.append(sorted(context.context().list_function_names()))
    assert names[0] == names[1] == names[2]
