"""The TensorFlow autoencoder against the float64 reference, and beside the VAE."""

import ast

import keras
import numpy as np
import pytest
import tensorflow as tf

from autoencoder_tf import Network, model
from common import batches, loop
from common.frameworks.tensorflow.network import ACTIVATIONS
from tests import reference
from tests.conftest import ROOT, make_settings

SHAPES = [  # hidden, latent_dim, batch, activation
    ((), 200, 128, "relu"),
    ((), 3, 1, "tanh"),
    ((16,), 5, 7, "relu"),
    ((24, 16), 3, 4, "tanh"),
]


def problem(rng, hidden, latent_dim, batch, activation):
    """Parameters away from their calm start, and grey pixels."""
    pixels = rng.integers(0, 256, (batch, 784), dtype=np.uint8)
    shape = {"hidden": hidden, "latent_dim": latent_dim, "activation": activation}
    settings = make_settings("autoencoder", **shape)
    p = settings.about.initial(settings, pixels)
    for name in p:
        p[name] = (p[name] + 0.05 * rng.standard_normal(p[name].shape)).astype("f4")
    return p, rng.random((batch, 784), np.float32)


@pytest.mark.parametrize("shape", SHAPES)
def test_measures(rng, shape):
    p, x = problem(rng, *shape)
    ours = Network(p, shape[-1]).evaluate(x)
    expected = reference.autoencoder(p, x, shape[-1])
    for part, value in zip(ours, expected, strict=True):
        assert part.shape == (shape[2],)
        np.testing.assert_allclose(part, value, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_by_finite_differences(rng, shape):
    p, x = problem(rng, *shape)
    variables = {name: tf.Variable(value) for name, value in p.items()}
    with tf.GradientTape() as tape:
        activation = ACTIVATIONS[shape[-1]]
        z = model.encode(variables, x, activation)
        logits = model.decode(variables, z, activation)
        mean = tf.reduce_mean(model.log_likelihood(logits, x))
    wide = {name: value.astype(np.float64) for name, value in p.items()}

    def mean_log_likelihood(moved):
        return reference.autoencoder(moved, x, shape[-1])[0].mean()

    for name, gradient in tape.gradient(mean, variables).items():
        direction = {n: np.zeros_like(v) for n, v in wide.items()}
        norm = np.linalg.norm(gradient)
        direction[name] = gradient.numpy().astype(np.float64) / norm
        slope = reference.directional_derivative(mean_log_likelihood, wide, direction)
        assert norm == pytest.approx(slope, rel=1e-3), name


def test_training_steps_are_keras_adam_on_the_mean_log_likelihood(rng):
    p, _ = problem(rng, (16,), 4, 8, "relu")
    x = rng.random((3, 8, 784), np.float32)
    rates = np.array([0.01, 0.005, 0.001], "f4")
    network = Network(p, "relu")
    total = network.train(x, rates)

    variables = {name: tf.Variable(value) for name, value in p.items()}
    adam = keras.optimizers.Adam()
    expected = 0
    for batch, rate in zip(x, rates, strict=True):
        with tf.GradientTape() as tape:
            z = model.encode(variables, batch, tf.nn.relu)
            logits = model.decode(variables, z, tf.nn.relu)
            log_px_z = tf.reduce_mean(model.log_likelihood(logits, batch))
            loss = -log_px_z
        gradients = tape.gradient(loss, list(variables.values()))
        adam.learning_rate = rate
        adam.apply(gradients, list(variables.values()))
        expected += float(log_px_z)
    assert total == {"log_likelihood": pytest.approx(expected, rel=1e-5)}
    state = network.state()
    assert state["adam_step"] == 3
    for name, value in variables.items():
        np.testing.assert_allclose(state[name], value, atol=1e-3 * rates.sum())


def test_the_code_of_an_image_decodes_to_its_reconstruction(rng):
    p, x = problem(rng, (16,), 4, 8, "relu")
    network = Network(p, "relu")
    z = network.encode(x)
    assert z.shape == (8, 4)
    assert (z >= 0).all()
    mse = ((x - network.decode(z)) ** 2).mean(axis=1)
    np.testing.assert_allclose(network.evaluate(x)[1], mse, rtol=1e-5)


def test_state_moves_to_another_network(rng, digits):
    settings = make_settings("autoencoder", latent_dim=8)
    initial = settings.about.initial(settings, digits.train_images)
    one, other = Network(initial, "relu"), Network(initial, "relu")
    loop.fit(one, digits.train_images, settings)
    other.load_state(one.state())
    x = next(batches.chunks(digits.train_images, settings, 2))["x"]
    rates = np.full(len(x), 0.001, "f4")
    assert one.train(x, rates) == other.train(x, rates)


# What model.py shows


def functions(package):
    tree = ast.parse((ROOT / package / "model.py").read_text())
    return {f.name: ast.unparse(f) for f in tree.body if isinstance(f, ast.FunctionDef)}


def test_model_is_the_vae_with_another_code():
    ours, vae = functions("autoencoder_tf"), functions("vae_tf")
    assert list(ours) == [name for name in vae if name in ours]
    assert [name for name in ours if ours[name] != vae[name]] == ["encode"]
