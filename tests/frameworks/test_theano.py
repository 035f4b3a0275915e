"""Theano's own: its Adam beside Keras's, its compiler."""

import os
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from common import UserError
from common.frameworks import theano as framework
from tests.helpers import environment, start

framework.prepare()
theano = pytest.importorskip("theano")

import theano.tensor as T  # noqa: E402

from common.frameworks.theano.adam import Adam  # noqa: E402


def adam_paths(steps, gradients, betas):
    """A weight vector after each of Keras's and of Theano's Adam steps."""
    start = np.zeros(gradients.shape[1], np.float32)
    keras_weight = tf.Variable(start)
    keras_adam = keras.optimizers.Adam(beta_1=betas[0], beta_2=betas[1])
    theano_weight = theano.shared(start)
    theano_adam = Adam({"w": theano_weight}, *betas)
    g, rate = T.fvector("g"), T.fscalar("rate")
    updates = theano_adam.updates([g], {"w": theano_weight}, rate)
    step = theano.function([g, rate], updates=updates)
    paths = []
    for i in range(steps):
        rate = np.float32(0.003 / (1 + i))
        keras_adam.learning_rate = rate
        keras_adam.apply([tf.constant(gradients[i])], [keras_weight])
        step(gradients[i], rate)
        paths.append((keras_weight.numpy(), theano_weight.get_value()))
    return paths


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9)])
def test_theano_adam_is_keras_adam(rng, betas):
    scales = 10.0 ** np.arange(-8, 5)  # from far below epsilon to far above
    gradients = (rng.standard_normal((50, 13)) * scales).astype("f4")
    rates = 0
    for i, (ours, twin) in enumerate(adam_paths(50, gradients, betas)):
        rates += 0.003 / (1 + i)
        # float32 carries seven digits; a step is at most about the rate.
        np.testing.assert_allclose(twin, ours, rtol=1e-5, atol=1e-5 * rates)


def test_a_gradient_that_ends_leaves_no_denormals():
    """Which take some processors a hundred times as long."""
    weight, g = theano.shared(np.zeros(2, np.float32)), T.fvector("g")
    adam = Adam({"w": weight})
    updates = adam.updates([g], {"w": weight}, np.float32(0.1))
    step = theano.function([g], updates=updates)
    for gradient in [[1, 1e-3], *[[0, 0]] * 999]:
        step(np.array(gradient, np.float32))
    np.testing.assert_array_equal(adam.m["w"].get_value(), 0)  # else 0.9**1000
    kept = 0.001 * np.array([1, 1e-6]) * 0.999**999
    np.testing.assert_allclose(adam.v["w"].get_value(), kept, rtol=1e-3)


def compiled(operation):
    x = T.fvector("x")
    return theano.function([x], operation(x))


@pytest.mark.parametrize(
    ("operation", "exact"),
    [
        (T.nnet.softplus, lambda x: np.logaddexp(0, x)),
        (T.nnet.sigmoid, lambda x: np.exp(-np.logaddexp(0, -x))),
        (T.exp, np.exp),
        (T.tanh, np.tanh),
    ],
)
def test_loops_of_vectors_are_right(operation, exact):
    """To a few units of the last of 24 bits, wherever the result is a normal number."""
    x = np.linspace(-85, 85, 100_001, dtype=np.float32)
    expected = exact(x.astype(np.float64))
    np.testing.assert_allclose(compiled(operation)(x), expected, rtol=2**-21)


@pytest.mark.parametrize("operation", [T.nnet.softplus, T.nnet.sigmoid, T.exp, T.tanh])
def test_loops_of_vectors_hide_no_nan(operation):
    """In a vector, and in what is left over; what grows too large is infinite."""
    for place in (0, 5, 32):
        x = np.zeros(33, np.float32)
        x[place] = np.nan
        found = compiled(operation)(x)
        np.testing.assert_array_equal(np.isnan(found), np.isnan(x))
    ends = compiled(operation)(np.array([-np.inf, np.inf] * 17, np.float32))
    low = -1 if operation is T.tanh else 0
    high = 1 if operation in (T.tanh, T.nnet.sigmoid) else np.inf
    np.testing.assert_array_equal(ends, [low, high] * 17)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "blas__ldflags=" if " " in sys.prefix else "blas__ldflags=-L"),
        ("gcc__cxxflags=-O1", "blas__ldflags=,"),  # SciPy's needs flags of ours
        ("blas__ldflags=-lblas", "allow_gc=False,blas__ldflags=-lblas"),
    ],
)
def test_flags_of_the_user_win(monkeypatch, given, expected):
    monkeypatch.setenv("THEANO_FLAGS", given)
    framework.prepare()
    flags = os.environ["THEANO_FLAGS"]
    assert expected in flags
    theirs, _, fixed = flags.partition(",device=cpu")
    assert theirs.endswith(given)
    assert fixed == ",floatX=float32"


@pytest.mark.slow
def test_two_programs_compile_into_one_cache(tmp_path):
    flags = f"base_compiledir={tmp_path / 'compiled'}"
    code = "import vae_theano; vae_theano.VAE; vae_theano.framework.check()"
    names = environment(tmp_path, THEANO_FLAGS=flags)
    together = [start("-c", code, env=names, cwd=tmp_path) for _ in "12"]
    for process in together:
        assert process.communicate(timeout=400) == ("", "")
        assert process.returncode == 0
    assert [*(tmp_path / "compiled").rglob("*.so")]


def test_without_a_compiler_theano_says_what_to_install():
    framework.check.cache_clear()
    with (
        theano.config.change_flags(cxx=""),
        pytest.raises(UserError, match=r"cannot compile .* apt install g\+\+"),
    ):
        framework.check()
