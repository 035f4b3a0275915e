"""The gradient by hand beside float64 differences and TensorFlow's tape."""

import numpy as np
import pytest
import tensorflow as tf

from common.frameworks.numpy import ACTIVATIONS
from common.frameworks.tensorflow import network as network_tf
from tests import reference
from tests.conftest import make_settings
from tools import derivatives
from tools.lessons import vae as lesson
from tools.pages.side_by_side import evidence
from vae_numpy import Network, gradient, model
from vae_tf import model as model_tf

ALONE = [name for name in lesson.FORMULAS if name.isidentifier()]
SHAPES = [  # hidden, latent_dim, batch, activation
    ((), 3, 2, "relu"),
    ((16,), 2, 1, "relu"),
    ((16,), 5, 7, "tanh"),
    ((24, 16, 8), 3, 4, "relu"),
    ((24, 16, 8), 3, 4, "tanh"),
    ((400,), 20, 128, "relu"),
]


def problem(rng, hidden, latent_dim, batch, activation):
    """Parameters away from their calm start, pixels and noise."""
    pixels = rng.integers(0, 256, (batch, 784), dtype=np.uint8)
    run = make_settings(hidden=hidden, latent_dim=latent_dim, activation=activation)
    p = run.about.initial(run, pixels)
    for name in p:
        p[name] = (p[name] + 0.05 * rng.standard_normal(p[name].shape)).astype("f4")
    x = (rng.random((batch, 784)) < 0.2).astype("f4")
    return p, x, rng.standard_normal((batch, latent_dim), np.float32)


def by_hand(p, x, eps, activation):
    """The mean ELBO and its gradient; every number of it must have been written."""
    found = {name: np.full_like(value, np.nan) for name, value in p.items()}
    elbo = gradient.elbo(p, found, x, eps, ACTIVATIONS[activation])
    return elbo, {name: -of_loss for name, of_loss in found.items()}


@pytest.mark.parametrize("shape", SHAPES)
def test_against_finite_differences_of_the_reference(rng, shape):
    p, x, eps = problem(rng, *shape)
    elbo, gradients = by_hand(p, x, eps, shape[-1])
    wide = {name: value.astype(np.float64) for name, value in p.items()}

    def mean_elbo(moved):
        return reference.elbo(moved, x, eps, shape[-1])[0].mean()

    assert elbo == pytest.approx(mean_elbo(wide), rel=1e-5)
    for name, found in gradients.items():
        # Along the gradient itself, the derivative is its norm.
        norm = np.linalg.norm(found.astype(np.float64))
        direction = {n: np.zeros_like(v) for n, v in wide.items()}
        direction[name] = found / norm
        slope = reference.directional_derivative(mean_elbo, wide, direction)
        assert norm == pytest.approx(slope, rel=1e-3), name


@pytest.mark.parametrize("shape", SHAPES)
def test_against_the_tape(rng, shape):
    p, x, eps = problem(rng, *shape)
    _, gradients = by_hand(p, x, eps, shape[-1])
    variables = {name: tf.Variable(value) for name, value in p.items()}
    with tf.GradientTape() as tape:
        activation = network_tf.ACTIVATIONS[shape[-1]]
        elbo = tf.reduce_mean(model_tf.elbo(variables, x, eps, activation))
    for name, of_tape in tape.gradient(elbo, variables).items():
        assert gradients[name].dtype == np.float32
        error = np.linalg.norm(gradients[name] - of_tape)
        assert error <= 1e-4 * np.linalg.norm(of_tape), name


@pytest.mark.parametrize("scale", [1, 30, 1000])
def test_logits_of_any_size(rng, scale):
    """Where sigmoid is 0 or 1, and exponentials are infinite, the tape agrees."""
    logits = (scale * rng.standard_normal((5, 784))).astype("f4")
    x = (rng.random((5, 784)) < 0.5).astype("f4")
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(model_tf.log_likelihood(variable, x))
    with np.errstate(all="raise", under="ignore"):
        ours = gradient.log_likelihood(logits, x)
        model.log_likelihood(logits, x)
    np.testing.assert_allclose(ours, tape.gradient(total, variable), atol=1e-6)


@pytest.mark.parametrize("logvar", [-100, -10, 0, 10, 80])
def test_posteriors_of_any_width(logvar):
    mu, logvar = np.full((2, 3), -1000, "f4"), np.full((2, 3), logvar, "f4")
    eps = np.array([[-2, 0, 1], [0.5, 3, -1]], "f4")
    variables = tf.Variable(mu), tf.Variable(logvar)
    with tf.GradientTape(persistent=True) as tape:
        kl = tf.reduce_sum(model_tf.kl_divergence(*variables))
        z = tf.reduce_sum(model_tf.reparameterize(*variables, eps))
    for ours, of_tape in (
        (gradient.kl_divergence(mu, logvar), tape.gradient(kl, variables)),
        (gradient.reparameterize(logvar, eps, np.ones_like(eps)),
         tape.gradient(z, variables)),
    ):  # fmt: skip
        for one, other in zip(ours, of_tape, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5)


def differentiated(name, given):
    """What derivatives.py differentiates, from float64 values.  -> ()"""
    results = evidence.function_of("vae_numpy", name)(**given)
    results = results if isinstance(results, tuple) else (results,)
    return sum(n * result.sum() for n, result in enumerate(results, 1))


def moved(given, name, by):
    """The same arguments, one array of which is another one by `by`."""
    if name in given:
        return given | {name: given[name] + by}
    parameters = given["parameters"]
    return given | {"parameters": parameters | {name: parameters[name] + by}}


@pytest.mark.parametrize("structure", lesson.STRUCTURES, ids=["relu", "tanh"])
@pytest.mark.parametrize("function", ALONE)
def test_each_function_alone(rng, function, structure):
    """Along the gradient, and along anything, as float64 differences say."""
    drawn = lesson.arguments(structure, rng)
    drawn["activation"] = ACTIVATIONS[drawn["activation"]]
    given = evidence.taken(lesson, evidence.function_of("vae_numpy", function), drawn)
    found = getattr(derivatives, function)(**given)
    wide = {n: v.astype("f8") if hasattr(v, "shape") else v for n, v in given.items()}
    if "parameters" in given:
        parameters = {n: v.astype("f8") for n, v in given["parameters"].items()}
        wide["parameters"] = parameters
        assert set(parameters) <= set(found)
    for name, derivative in found.items():
        assert derivative.dtype == np.float32
        for way in (derivative, rng.standard_normal(derivative.shape)):
            by = 1e-6 * way / max(np.linalg.norm(way), 1)
            up, down = (moved(wide, name, sign * by) for sign in (1, -1))
            slope = differentiated(function, up) - differentiated(function, down)
            expected = 2 * np.vdot(by, derivative)
            size = 2e-6 * np.linalg.norm(derivative)
            assert slope == pytest.approx(expected, abs=1e-3 * size + 1e-12), name


def test_at_the_kink_the_slope_of_relu_is_0_as_in_tensorflow():
    a = tf.Variable(np.array([-1, 0, 1], "f4"))
    with tf.GradientTape() as tape:
        h = network_tf.ACTIVATIONS["relu"](a)
    slope = gradient.SLOPES[ACTIVATIONS["relu"]](h.numpy())
    np.testing.assert_array_equal(slope, tape.gradient(h, a))


def test_uint8_and_float32_pixels_are_the_same(rng):
    p, _, _ = problem(rng, (16,), 2, 8, "relu")
    x = (rng.random((2, 8, 784)) < 0.2).astype(np.uint8)
    eps = rng.standard_normal((2, 1, 8, 2), np.float32)
    rates = np.full(2, 0.01, "f4")
    one, other = Network(p, "relu"), Network(p, "relu")
    assert one.train(x, eps, rates) == other.train(x.astype("f4"), eps, rates)
    for name, array in one.state().items():
        np.testing.assert_array_equal(array, other.state()[name], err_msg=name)


def test_all_is_float32(rng):
    p, x, eps = problem(rng, (16,), 2, 8, "tanh")
    network = Network(p, "tanh")
    network.train(x[None], eps[None, None], np.full(1, 0.01, "f4"))
    state = network.state()
    assert state.pop("adam_step").dtype == np.int64
    results = [*network.evaluate(x, eps), *network.encode(x), network.decode(eps)]
    results += [network.log_weights(x, np.stack([eps] * 8)), *state.values()]
    assert {array.dtype for array in results} == {np.dtype(np.float32)}


def test_log_weights_of_many_draws(rng):
    """They are taken some at a time; their order stays."""
    p, x, _ = problem(rng, (16,), 2, 3, "tanh")
    eps = rng.standard_normal((3, 601, 2), np.float32)
    found = Network(p, "tanh").log_weights(x.astype(np.uint8), eps)
    assert found.shape == (3, 601)
    for image, draws, row in zip(x, eps, found, strict=True):
        _, log_px_z, _ = reference.elbo(p, np.tile(image, (601, 1)), draws, "tanh")
        mu, logvar = model.encode(p, image[None], np.tanh)
        z = mu + np.exp(logvar / 2) * draws
        ratio = (draws**2 + logvar - z**2).sum(axis=1) / 2  # log p(z) - log q(z|x)
        np.testing.assert_allclose(row, log_px_z + ratio, rtol=1e-5)


def test_what_grows_too_large_is_no_warning(rng):
    """`common.loop` says in one line what to do; NumPy must not speak before it."""
    p, x, eps = problem(rng, (16,), 2, 8, "relu")
    network = Network(p, "relu")
    total = network.train(
        *(np.stack([a] * 9) for a in (x, eps[None])), np.full(9, 1e30, "f4")
    )
    assert not np.isfinite(total["elbo"])
    network.evaluate(x, eps)
    network.decode(eps)
