"""The TensorFlow VAE against the float64 reference."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from common import batches, loop
from common.frameworks.tensorflow.network import ACTIVATIONS
from tests import reference
from tests.conftest import make_settings
from vae_tf import Network, model

SHAPES = [  # hidden, latent_dim, batch, activation
    ((), 3, 2, "relu"),
    ((16,), 2, 1, "relu"),
    ((16,), 5, 7, "tanh"),
    ((24, 16, 8), 3, 4, "relu"),
    ((400,), 20, 128, "relu"),
]


def problem(rng, hidden, latent_dim, batch, activation):
    """Parameters away from their calm start, pixels and noise."""
    pixels = rng.integers(0, 256, (batch, 784), dtype=np.uint8)
    run = make_settings(
        hidden=hidden, latent_dim=latent_dim, activation=activation, seed=3
    )
    p = run.about.initial(run, pixels)
    for name in p:
        p[name] = (p[name] + 0.05 * rng.standard_normal(p[name].shape)).astype("f4")
    x = (rng.random((batch, 784)) < 0.2).astype("f4")
    return p, x, rng.standard_normal((batch, latent_dim)).astype("f4")


@pytest.mark.parametrize("shape", SHAPES)
def test_elbo_and_its_parts(rng, shape):
    p, x, eps = problem(rng, *shape)
    ours = Network(p, shape[-1]).evaluate(x, eps)
    for part, expected in zip(ours, reference.elbo(p, x, eps, shape[-1]), strict=True):
        assert part.shape == (shape[2],)
        np.testing.assert_allclose(part, expected, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_by_finite_differences(rng, shape):
    p, x, eps = problem(rng, *shape)
    variables = {name: tf.Variable(value) for name, value in p.items()}
    with tf.GradientTape() as tape:
        elbo = model.elbo(variables, x, eps, ACTIVATIONS[shape[-1]])
        elbo = tf.reduce_mean(elbo)
    gradients = tape.gradient(elbo, variables)
    wide = {name: value.astype(np.float64) for name, value in p.items()}

    def mean_elbo(moved):
        return reference.elbo(moved, x, eps, shape[-1])[0].mean()

    for name, gradient in gradients.items():
        # Along the gradient itself, the derivative is its squared norm.
        direction = {n: np.zeros_like(v) for n, v in wide.items()}
        norm = np.linalg.norm(gradient)
        direction[name] = gradient.numpy().astype(np.float64) / norm
        slope = reference.directional_derivative(mean_elbo, wide, direction)
        assert norm == pytest.approx(slope, rel=1e-3), name


@pytest.mark.parametrize("logit", [-100.0, 0.0, 100.0])
def test_log_likelihood_of_extreme_logits(logit):
    x = np.array([[0.0, 1.0, 0.3]], "f4")
    logits = np.full((1, 3), logit, "f4")
    ours = model.log_likelihood(logits, x)
    np.testing.assert_allclose(ours, reference.log_likelihood(logits, x), rtol=1e-5)


def test_kl_divergence_by_monte_carlo(rng):
    mu = rng.standard_normal((4, 5))
    logvar = rng.standard_normal((4, 5))
    eps = rng.standard_normal((100_000, 1, 5))
    z = mu + np.exp(logvar / 2) * eps
    # log q(z|x) - log p(z); the constants cancel.
    draws = 0.5 * (z**2 - logvar - eps**2).sum(axis=2)
    error = draws.std(axis=0) / np.sqrt(len(draws))
    exact = model.kl_divergence(mu, logvar).numpy()
    assert (abs(draws.mean(axis=0) - exact) < 5 * error).all()


def test_kl_of_the_prior_is_zero():
    assert model.kl_divergence(np.zeros((1, 3)), np.zeros((1, 3))).numpy() == [0]


def test_training_steps_are_keras_adam_on_the_mean_elbo(rng):
    """The compiled loop does what the same steps do one by one, uncompiled."""
    p, _, _ = problem(rng, (16,), 2, 8, "relu")
    x = (rng.random((3, 8, 784)) < 0.2).astype(np.uint8)
    eps = rng.standard_normal((3, 1, 8, 2)).astype("f4")
    rates = np.array([0.01, 0.005, 0.001], "f4")
    vae = Network(p, "relu")
    total = vae.train(x, eps, rates)

    variables = {name: tf.Variable(value) for name, value in p.items()}
    adam = keras.optimizers.Adam()
    expected = 0
    for step in range(3):
        batch = x[step].astype("f4")
        with tf.GradientTape() as tape:
            elbo = model.elbo(variables, batch, eps[step, 0], tf.nn.relu)
            elbo = tf.reduce_mean(elbo)
            loss = -elbo
        gradients = tape.gradient(loss, list(variables.values()))
        adam.learning_rate = rates[step]
        adam.apply(gradients, list(variables.values()))
        expected += float(elbo)
    assert total == {"elbo": pytest.approx(expected, rel=1e-5)}
    state = vae.state()
    assert state["adam_step"] == 3
    for name, value in variables.items():
        # Adam moves a weight by at most about the rate, so rates.sum() is the scale.
        np.testing.assert_allclose(state[name], value, atol=1e-3 * rates.sum())


def test_uint8_and_float32_pixels_are_the_same(rng):
    p, _, _ = problem(rng, (16,), 2, 8, "relu")
    x = (rng.random((2, 8, 784)) < 0.2).astype(np.uint8)
    eps = rng.standard_normal((2, 1, 8, 2)).astype("f4")
    rates = np.full(2, 0.01, "f4")
    one, other = Network(p, "relu"), Network(p, "relu")
    assert one.train(x, eps, rates) == other.train(x.astype("f4"), eps, rates)
    for a, b in zip(one.state().values(), other.state().values(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_encode_and_decode(rng):
    p, x, _ = problem(rng, (16,), 2, 8, "tanh")
    vae = Network(p, "tanh")
    mu, logvar = vae.encode(x)
    h = reference.hidden_layers(p, "encoder", x, "tanh")
    np.testing.assert_allclose(mu, h @ p["W_mu"] + p["b_mu"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        logvar, h @ p["W_logvar"] + p["b_logvar"], rtol=1e-4, atol=1e-5
    )
    h = reference.hidden_layers(p, "decoder", mu, "tanh")
    logits = h @ p["W_logits"] + p["b_logits"]
    np.testing.assert_allclose(vae.decode(mu), 1 / (1 + np.exp(-logits)), rtol=1e-4)


def test_state_moves_to_another_model(rng, digits, settings, initial):
    x, eps = next(batches.chunks(digits.train_images, settings, 1)).values()
    rates = batches.learning_rates(settings, len(x), 1)
    one, other = Network(initial, "relu"), Network(initial, "relu")
    one.train(x, eps, rates)
    other.load_state(one.state())
    assert one.train(x, eps, rates) == other.train(x, eps, rates)
    for name, value in one.state().items():
        np.testing.assert_array_equal(value, other.state()[name], err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [(400,), (400, 400), (200, 200, 200)])
def test_the_posterior_does_not_collapse(digits, settings, hidden):
    """After 110 steps the latent variables still carry information (KL > 1 nat)."""
    settings = replace(settings, hidden=hidden, latent_dim=20, epochs=4)
    vae = Network(settings.about.initial(settings, digits.train_images), "relu")
    for epoch in range(1, 5):
        for chunk in batches.chunks(digits.train_images, settings, epoch):
            rates = np.full(len(chunk["x"]), settings.learning_rate, "f4")
            vae.train(**chunk, learning_rates=rates)
    test_set = batches.evaluation_set(digits.test_images, settings)
    assert loop.evaluate(vae, test_set)[2] > 1
