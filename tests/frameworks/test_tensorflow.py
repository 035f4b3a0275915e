"""TensorFlow's own: what networks share, and what the user's program may have set."""

import sys
import threading
from unittest import mock

import numpy as np
import pytest

from common import UserError, batches, frameworks, packages
from common.frameworks import tensorflow as framework
from tests.conftest import make_settings

framework.prepare()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.python.eager import context  # noqa: E402

from common.frameworks.tensorflow.network import Shared  # noqa: E402

pytestmark = pytest.mark.compiles


def network_of(package, images, **changes):
    model = packages.model_of(package).name
    settings = make_settings(model, hidden=(5,), latent_dim=2, batch_size=20, **changes)
    return packages.estimator(package).Network(settings.initial(images), settings)


def train(network, images):
    """Five steps with its own draws."""
    chunk = next(batches.chunks(images, network.settings, 1))
    few = {name: array[:5] for name, array in chunk.items()}
    rates = np.full(5, network.settings.learning_rate, "f4")
    return network.train(**few, learning_rates=rates)


@pytest.mark.parametrize("package", ["vae_tf", "autoencoder_tf", "gan_tf"])
def test_networks_that_share_functions_keep_apart(package, digits, request):
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
    request.getfixturevalue("uncompiled")
    for ours, theirs in zip(*map(tf.nest.flatten, (compiled, states())), strict=True):
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


@pytest.mark.parametrize("package", ["vae_tf", "autoencoder_tf", "gan_tf"])
def test_any_number_of_steps_is_one_program(package, digits):
    """A tf.range of them made XLA compile for each number, a second at a time."""
    images = digits.train_images[:200]
    network = network_of(package, images)
    train(network, images)
    for trace, *_ in type(network)._train.traces.values():
        assert "Range" not in {op.type for op in trace.graph.get_operations()}


SETTINGS = {
    "floatx": (keras.config.set_floatx, "float64", "float32"),
    "policy": (keras.config.set_dtype_policy, "mixed_float16", "float32"),
    "eagerly": (tf.config.run_functions_eagerly, True, False),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_what_the_users_program_has_set_changes_no_bit(name, digits, monkeypatch):
    images, (change, other, usual) = digits.train_images[:200], SETTINGS[name]
    expected = train(network_of("vae_tf", images), images)
    for method in vars(packages.estimator("vae_tf").Network).values():
        if isinstance(method, Shared):
            monkeypatch.setattr(method, "traces", {})  # so that it is compiled anew
    change(other)
    try:
        network = network_of("vae_tf", images)
        assert train(network, images) == expected
        with tf.GradientTape():
            train(network, images)
        vae = packages.estimator("vae_tf")(hidden=(5,), latent_dim=2, epochs=1)
        encoder, decoder = vae.fit(images).to_keras()
        for layer in [*encoder.layers, *decoder.layers]:
            if layer.weights:
                assert layer.compute_dtype == layer.weights[0].dtype == "float32"
    finally:
        change(usual)


def test_eager_execution_is_off(digits):
    """As TensorFlow 1's graphs leave it."""
    with tf.Graph().as_default(), pytest.raises(UserError, match="eager execution is"):
        network_of("vae_tf", digits.train_images[:200])


def test_keras_was_imported_with_another_backend(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "torch")
    with pytest.raises(UserError, match="KERAS_BACKEND=torch: import this package "):
        framework.load()


def test_an_import_that_failed_leaves_nothing(monkeypatch):
    monkeypatch.delitem(sys.modules, "graphlib", raising=False)
    monkeypatch.setitem(sys.modules, "graphlib.left", sys)
    frameworks.import_afresh("graphlib")
    assert "graphlib" in sys.modules
    assert "graphlib.left" not in sys.modules


def test_too_few_threads(monkeypatch):
    error = RuntimeError("can't start new thread")
    monkeypatch.setattr(threading.Thread, "start", mock.Mock(side_effect=error))
    with pytest.raises(UserError, match="fewer than 3 threads can be started"):
        framework._check_threads(3)
