"""Both frameworks compute the same, and what a float64 reference computes."""

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import vae_tf
import vae_theano
from common import parameters, training
from tests import reference
from tests.conftest import make_settings
from vae_tf import model as model_tf
from vae_theano import model as model_theano
from vae_theano.optimizer import Adam

import theano  # isort: skip - vae_theano has prepared it
import theano.tensor as T  # isort: skip

NAMES = ("elbo", "log-likelihood", "KL")


@cache
def theano_function(names, activation):
    """Parameters, x, eps -> ELBO and parts, gradients; for networks of any width."""
    p = {name: T.fmatrix(name) if "W" in name else T.fvector(name) for name in names}
    x, eps = T.fmatrix("x"), T.fmatrix("eps")
    parts = model_theano.elbo(p, x, eps, activation)
    gradients = theano.grad(T.mean(parts[0]), list(p.values()))
    return theano.function([*p.values(), x, eps], [*parts, *gradients])


def by_theano(p, x, eps, activation):
    results = theano_function(tuple(p), activation)(*p.values(), x, eps)
    return results[:3], dict(zip(p, results[3:], strict=True))


def by_tensorflow(p, x, eps, activation):
    variables = {name: tf.Variable(value) for name, value in p.items()}
    with tf.GradientTape() as tape:
        parts = model_tf.elbo(variables, x, eps, activation)
        mean = tf.reduce_mean(parts[0])
    gradients = tape.gradient(mean, variables)
    return [part.numpy() for part in parts], {
        n: g.numpy() for n, g in gradients.items()
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
    p = parameters.initial(run, pixels)
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
    theano_parts, theano_gradients = by_theano(*problem)
    parts, gradients = by_tensorflow(*problem)
    for name, a, b, c in zip(NAMES, theano_parts, parts, expected, strict=True):
        np.testing.assert_allclose(a, c, rtol=1e-5, err_msg=f"Theano's {name}")
        np.testing.assert_allclose(b, c, rtol=1e-5, err_msg=f"TensorFlow's {name}")
    for name, gradient in gradients.items():
        error = np.linalg.norm(gradient - theano_gradients[name])
        assert error <= 1e-4 * np.linalg.norm(gradient), name


@pytest.mark.parametrize("logit", [-100, -20, -1, 0, 1, 20, 100])
@pytest.mark.parametrize("pixel", [0, 0.25, 1])
def test_log_likelihood_of_extreme_logits(logit, pixel):
    logits, x = np.full((2, 3), logit, "f4"), np.full((2, 3), pixel, "f4")
    expected = reference.log_likelihood(logits.astype("f8"), x.astype("f8"))
    # x l - softplus(l) cancels for x = 1 and large l: then it is exact to an ulp of l.
    tolerance = {"rtol": 1e-5, "atol": 3 * np.spacing(np.float32(abs(logit)))}
    for model, value in ((model_tf, np.asarray), (model_theano, lambda v: v.eval())):
        ours = value(model.log_likelihood(logits, x))
        np.testing.assert_allclose(ours, expected, **tolerance)


@pytest.mark.parametrize("logvar", [-100, -10, 0, 10, 80])
@pytest.mark.parametrize("mu", [0, 5, -1000])
def test_kl_of_extreme_posteriors(mu, logvar):
    both = np.full((2, 3), mu, "f4"), np.full((2, 3), logvar, "f4")
    expected = reference.kl_divergence(*(v.astype("f8") for v in both))
    np.testing.assert_allclose(model_tf.kl_divergence(*both), expected, rtol=1e-5)
    symbolic = model_theano.kl_divergence(*(T.constant(v) for v in both))
    np.testing.assert_allclose(symbolic.eval(), expected, rtol=1e-5)


def adam_paths(steps, gradients):
    """A weight vector after each of Keras's and of Theano's Adam steps."""
    start = np.zeros(gradients.shape[1], np.float32)
    keras_weight = tf.Variable(start)
    keras_adam = keras.optimizers.Adam()
    theano_weight = theano.shared(start)
    theano_adam = Adam({"w": theano_weight})
    g, rate = T.fvector("g"), T.fscalar("rate")
    updates = theano_adam.updates({"w": theano_weight}, [g], rate)
    step = theano.function([g, rate], updates=updates)
    paths = []
    for i in range(steps):
        rate = np.float32(0.003 / (1 + i))
        keras_adam.learning_rate = rate
        keras_adam.apply([tf.constant(gradients[i])], [keras_weight])
        step(gradients[i], rate)
        paths.append((keras_weight.numpy(), theano_weight.get_value()))
    return paths


def test_theano_adam_is_keras_adam(rng):
    scales = 10.0 ** np.arange(-8, 5)  # from far below epsilon to far above
    gradients = (rng.standard_normal((50, 13)) * scales).astype("f4")
    rates = 0
    for i, (ours, twin) in enumerate(adam_paths(50, gradients)):
        rates += 0.003 / (1 + i)
        # float32 carries seven digits; a step is at most about the rate.
        np.testing.assert_allclose(twin, ours, rtol=1e-5, atol=1e-5 * rates)


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 3, 20])
def test_parameters_after_adam_steps(digits, steps):
    """The twins drift apart by at most 4e-5 of the way that Adam has moved them.

    A float32 gradient, a sum of some hundred terms, is right to about 1e-6, and
    Adam's first steps divide each gradient by its own size, which keeps that relative
    error.  4e-6 was measured, for 1, 3 and 20 steps alike; the bound is ten times it.
    """
    run = make_settings(batch_size=50, hidden=(64,), latent_dim=5)
    p = parameters.initial(run, digits.train_images)
    x, eps = next(training.chunks(digits.train_images, run, 1))
    rates = np.full(steps, run.learning_rate, "f4")
    twins = [package.Network(p, "relu") for package in (vae_tf, vae_theano)]
    totals = [vae.train(x[:steps], eps[:steps], rates) for vae in twins]
    assert totals[0] == pytest.approx(totals[1], rel=1e-5)
    states = [vae.state() for vae in twins]
    for name in p:
        moved = np.linalg.norm(states[0][name] - p[name])
        apart = np.linalg.norm(states[0][name] - states[1][name])
        assert apart <= 4e-5 * moved, name
