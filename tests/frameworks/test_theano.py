"""Theano's own: its Adam beside Keras's, its compiler."""

import os
import sys

import numpy as np
import pytest

from common import packages
from common.frameworks import theano as framework
from tests.conftest import make_settings
from tests.frameworks.adam import OfAdam, of_symbols

framework.prepare()

import theano  # noqa: E402
import theano.tensor as T  # noqa: E402

from common.frameworks.theano import adam, loops  # noqa: E402


class TestAdam(OfAdam):
    start = staticmethod(of_symbols(theano, adam))


def compiled(operation):
    x = T.fvector("x")
    return theano.function([x], operation(x))


EXACT = {
    T.nnet.softplus: lambda x: np.logaddexp(0, x),
    T.nnet.sigmoid: lambda x: np.exp(-np.logaddexp(0, -x)),
    T.exp: np.exp,
    loops.tanh: np.tanh,
}


@pytest.mark.parametrize(("operation", "exact"), EXACT.items())
def test_loops_of_vectors_are_right(operation, exact):
    """To a few units of the last of 24 bits, wherever the result is a normal number."""
    x = np.linspace(-85, 85, 100_001, dtype=np.float32)
    expected = exact(x.astype(np.float64))
    np.testing.assert_allclose(compiled(operation)(x), expected, rtol=2**-21)


@pytest.mark.parametrize("operation", EXACT)
def test_loops_of_vectors_hide_no_nan(operation):
    """In a vector, and in what is left over; what grows too large is infinite."""
    for place in (0, 5, 32):
        x = np.zeros(33, np.float32)
        x[place] = np.nan
        np.testing.assert_array_equal(np.isnan(compiled(operation)(x)), np.isnan(x))
    ends = compiled(operation)(np.array([-np.inf, np.inf] * 17, np.float32))
    low = -1 if operation is loops.tanh else 0
    high = 1 if operation in (loops.tanh, T.nnet.sigmoid) else np.inf
    np.testing.assert_array_equal(ends, [low, high] * 17)


def test_tanh_is_in_no_loop_with_a_bias():
    """Which has strides, of which a compiler makes no vectors; nor computed again."""
    x, b = T.fmatrix("x"), T.fvector("b")
    h = loops.tanh(x + b)
    slope = theano.function([x, b], [h, theano.grad(T.sum(h), x)])
    operations = [type(node.op) for node in slope.maker.fgraph.toposort()]
    assert operations.count(loops.Apart) == 1
    values, slopes = slope(np.float32([[0, 1]]), np.float32([0, -3]))
    np.testing.assert_allclose(values, np.tanh([[0, -2]]), rtol=1e-6)
    np.testing.assert_allclose(slopes, 1 - np.tanh([[0, -2]]) ** 2, rtol=1e-5)


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
    assert fixed.startswith(",floatX=float32")


@pytest.mark.compiles
@pytest.mark.parametrize("package", ["vae_theano", "gan_theano"])
def test_steps_are_compiled_before_they_are_timed(package, digits, capfd, uncompiled):
    """Whether or not it is said; what training alone does not call, only if it is."""
    settings = make_settings(packages.model_of(package).name, hidden=(5,))
    make = packages.estimator(package).Network
    network = make(settings.initial(digits.train_images), settings)
    before = set(vars(network))
    network.compile(quiet=True)
    names = set(vars(network)) - before
    assert names
    assert all(name.endswith(("_train", "_step")) for name in names)
    assert capfd.readouterr() == ("", "")
    network.compile(quiet=False)
    assert set(vars(network)) > before | names | {"evaluate", "decode"}
    assert capfd.readouterr().out.startswith("Theano compiles its functions")
