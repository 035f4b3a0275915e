"""All frameworks compute the same, and what a float64 reference computes."""

import importlib
from functools import cache

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from common import batches, packages
from common.frameworks import numpy as numpy_framework
from common.frameworks import theano as theano_framework
from tests import reference
from tests.conftest import framework_of, make_settings, packages_of
from vae_numpy import gradient as hand_written

theano_framework.prepare()

import theano  # noqa: E402
import theano.tensor as T  # noqa: E402

from common.frameworks.tensorflow import network as tensorflow_network  # noqa: E402
from common.frameworks.theano import network as theano_network  # noqa: E402

ACTIVATIONS = {
    "tensorflow": tensorflow_network.ACTIVATIONS,
    "theano": theano_network.ACTIVATIONS,
    "numpy": numpy_framework.ACTIVATIONS,
}
NAMES = ("elbo", "log-likelihood", "KL")


@cache
def theano_function(model, names, activation):
    """Parameters, x, eps -> ELBO and parts, gradients; for networks of any width."""
    p = {name: T.fmatrix(name) if "W" in name else T.fvector(name) for name in names}
    x, eps = T.fmatrix("x"), T.fmatrix("eps")
    elbo = model.elbo(p, x, eps, activation)
    parts = model.elbo_parts(p, x, eps, activation)
    gradients = theano.grad(T.mean(elbo), list(p.values()))
    return theano.function([*p.values(), x, eps], [elbo, *parts, *gradients])


def by_theano(model, p, x, eps, activation):
    results = theano_function(model, tuple(p), activation)(*p.values(), x, eps)
    return results[:3], dict(zip(p, results[3:], strict=True))


def by_tensorflow(model, p, x, eps, activation):
    variables = {name: tf.Variable(value) for name, value in p.items()}
    with tf.GradientTape() as tape:
        elbo = model.elbo(variables, x, eps, activation)
        mean = tf.reduce_mean(elbo)
    gradients = tape.gradient(mean, variables)
    parts = model.elbo_parts(variables, x, eps, activation)
    return tf.nest.map_structure(np.array, ([elbo, *parts], gradients))


def by_hand(model, p, x, eps, activation):
    gradients = {name: np.full_like(value, np.nan) for name, value in p.items()}
    hand_written.elbo(p, gradients, x, eps, activation)
    of_elbo = {name: -value for name, value in gradients.items()}
    parts = model.elbo_parts(p, x, eps, activation)
    return [model.elbo(p, x, eps, activation), *parts], of_elbo


# ELBO, its parts, and the gradients of its mean, by the means of each framework;
# what an operation of its model.py gives, as an array.
GRADIENTS = {"tensorflow": by_tensorflow, "theano": by_theano, "numpy": by_hand}
VALUE = {"theano": lambda value: value.eval()}  # where it is not one already
CONSTANT = {"theano": T.constant}  # where it needs its own
MODELS = {
    framework_of(package): importlib.import_module(f"{package}.model")
    for package in packages_of("vae")
}


@st.composite
def problems(draw):
    """Networks of any shape, parameters away from their start, pixels and noise."""
    hidden = tuple(draw(st.lists(st.integers(1, 40), max_size=2)))
    latent_dim, batch = draw(st.integers(1, 12)), draw(st.integers(1, 9))
    activation = draw(st.sampled_from(["relu", "tanh"]))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    pixels = rng.integers(0, 256, (9, 784), dtype=np.uint8)
    run = make_settings(hidden=hidden, latent_dim=latent_dim, activation=activation)
    p = run.about.initial(run, pixels)
    for name in p:
        p[name] = (p[name] + 0.1 * rng.standard_normal(p[name].shape)).astype("f4")
    p["b_logvar"] += np.float32(draw(st.sampled_from([-8, 0, 3])))
    x = (rng.random((batch, 784)) < 0.2).astype("f4")
    eps = rng.standard_normal((batch, latent_dim), np.float32)
    return p, x, eps, activation


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(problems())
def test_elbo_and_gradients(problem):
    expected = reference.elbo(*problem)
    *arrays, activation = problem
    found = {
        framework: GRADIENTS[framework](
            model, *arrays, ACTIVATIONS[framework][activation]
        )
        for framework, model in MODELS.items()
    }
    for framework, (parts, _) in found.items():
        for name, part, value in zip(NAMES, parts, expected, strict=True):
            message = f"{name} of {framework}"
            np.testing.assert_allclose(part, value, rtol=1e-5, err_msg=message)
    (_, gradients), *twins = found.values()
    for _, others in twins:
        for name, gradient in gradients.items():
            error = np.linalg.norm(gradient - others[name])
            assert error <= 1e-4 * np.linalg.norm(gradient), name


@pytest.mark.parametrize("logit", [-100, -20, -1, 0, 1, 20, 100])
@pytest.mark.parametrize("pixel", [0, 0.25, 1])
def test_log_likelihood_of_extreme_logits(logit, pixel):
    logits, x = np.full((2, 3), logit, "f4"), np.full((2, 3), pixel, "f4")
    expected = reference.log_likelihood(logits.astype("f8"), x.astype("f8"))
    # x l - softplus(l) cancels for x = 1 and large l: then it is exact to an ulp of l.
    tolerance = {"rtol": 1e-5, "atol": 3 * np.spacing(np.float32(abs(logit)))}
    for framework, model in MODELS.items():
        ours = VALUE.get(framework, np.asarray)(model.log_likelihood(logits, x))
        np.testing.assert_allclose(ours, expected, **tolerance)


@pytest.mark.parametrize("logvar", [-100, -10, 0, 10, 80])
@pytest.mark.parametrize("mu", [0, 5, -1000])
def test_kl_of_extreme_posteriors(mu, logvar):
    both = np.full((2, 3), mu, "f4"), np.full((2, 3), logvar, "f4")
    expected = reference.kl_divergence(*(v.astype("f8") for v in both))
    for framework, model in MODELS.items():
        constants = map(CONSTANT.get(framework, np.asarray), both)
        ours = VALUE.get(framework, np.asarray)(model.kl_divergence(*constants))
        np.testing.assert_allclose(ours, expected, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "draws"), [(1, 1), (3, 1), (20, 1), (3, 5), (20, 5)])
def test_parameters_after_adam_steps(digits, steps, draws):
    """The twins drift apart by at most 4e-5 of the way that Adam has moved them.

    A float32 gradient, a sum of some hundred terms, is right to about 1e-6, and
    Adam's first steps divide each gradient by its own size, which keeps that relative
    error.  4e-6 was measured, for 1, 3 and 20 steps alike; the bound is ten times it.
    """
    options = {"importance_samples": draws}
    run = make_settings(batch_size=50, hidden=(64,), latent_dim=5, options=options)
    p = run.about.initial(run, digits.train_images)
    x, eps = next(batches.chunks(digits.train_images, run, 1)).values()
    rates = np.full(steps, run.learning_rate, "f4")
    classes = [packages.estimator(package).Network for package in packages_of("vae")]
    twins = [network(p, "relu", **options) for network in classes]
    totals = [network.train(x[:steps], eps[:steps], rates) for network in twins]
    states = [network.state() for network in twins]
    for total, state in zip(totals[1:], states[1:], strict=True):
        assert totals[0] == pytest.approx(total, rel=1e-5)
        for name in p:
            moved = np.linalg.norm(states[0][name] - p[name])
            apart = np.linalg.norm(states[0][name] - state[name])
            assert apart <= 4e-5 * moved, name
