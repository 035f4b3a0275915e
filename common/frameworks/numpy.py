"""NumPy for any model: what a framework brings along, and NumPy lacks.

Nothing is compiled and nothing is recorded: a package that uses this module writes its
gradients out by hand.
"""

import functools

import numpy as np

from common import batches
from common.frameworks import speed
from common.frameworks.parameters import EPSILON, TINY, Parameters

LIBRARIES = ()  # a run records NumPy's version in any case
BLOCK = 32_768  # numbers that stay in a cache with their moments and gradient
DRAWS = 250  # of z, decoded together


def prepare():
    """Nothing must be chosen before NumPy is imported."""


def load():
    """NumPy is here already: all of `common` uses it."""


def describe():
    """What `common.doctor` says beside its version: the BLAS's speed."""
    square = np.ones((1024, 1024), np.float32)
    return f"matrix products: {speed(lambda: square @ square)}"


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name: it is one."""
    return function


def ignoring_overflow():
    """What grows too large becomes inf or nan without a warning, as in the others."""
    return np.errstate(over="ignore", invalid="ignore")


def relu(a):
    """max(a, 0)"""
    return np.maximum(a, 0)


def softplus(a):
    """log(1 + exp(a)) = max(a, 0) + log(1 + exp(-|a|)): no exponential overflows.

    log1p would do, but NumPy's takes eight times as long as its log.  1 + e loses the
    last digits of e; to first order they add their share of 1 + e to its logarithm.
    """
    size = np.abs(a)
    e = np.exp(-size)
    rounded = 1 + e
    log = np.log(rounded)
    e -= rounded - 1
    e /= rounded
    log += e
    size += a
    size *= 0.5  # max(a, 0)
    size += log
    return size


def sigmoid(a):
    """1 / (1 + exp(-a)): where that is infinite, 1 / inf is 0, as it should be."""
    with ignoring_overflow():
        return 1 / (1 + np.exp(-a))


def constant(a):
    """a, which no gradient flows through in the others: here gradients are by hand."""
    return a


class Adam:
    """Adam (Kingma & Ba 2015): moments of each parameter's gradient, the step count."""

    def __init__(self, parameters, beta_1=0.9, beta_2=0.999):
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.step = np.array(0)
        self.m = {name: np.zeros_like(p) for name, p in parameters.items()}
        self.v = {name: np.zeros_like(p) for name, p in parameters.items()}

    def apply(self, gradients, parameters, learning_rate):
        """Change the parameters by one step, in place.  2 x {name: array}, ()

        The bias corrections are folded into the rate (the efficient form at the end
        of section 2), as Keras does, and in float32 as there.
        """
        self.step += 1
        betas = np.array([self.beta_1, self.beta_2], np.float32)
        first, second = 1 - betas ** np.float32(self.step)
        alpha = learning_rate * np.sqrt(second) / first
        for name, parameter in parameters.items():
            arrays = parameter, gradients[name], self.m[name], self.v[name]
            views = [batches.split(array.reshape(-1), BLOCK) for array in arrays]
            for p, g, m, v in zip(*views, strict=True):
                t = g - m  # one array for all that comes between
                t *= 1 - self.beta_1
                m += t  # m = beta_1 m + (1 - beta_1) g
                np.square(g, out=t)
                t -= v
                t *= 1 - self.beta_2
                v += t  # v = beta_2 v + (1 - beta_2) g^2
                np.sqrt(v, out=t)
                t += EPSILON
                np.divide(m, t, out=t)
                t *= alpha
                p -= t  # p = p - alpha m / (sqrt(v) + epsilon)
        if self.step % 100 == 0:
            # Without a gradient a moment decays forever; denormal numbers are slow.
            for array in (*self.m.values(), *self.v.values()):
                array[np.abs(array) < TINY] = 0


class Network(Parameters):
    """Parameters as arrays, beside an array for the gradient of each."""

    activations, Adam = {"relu": relu, "tanh": np.tanh}, Adam

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.gradients = {n: np.empty_like(p) for n, p in self.parameters.items()}

    def variable(self, array, name=""):
        """An array of its own."""
        return np.array(array)


def compiled(method):
    """A method of float32 arrays.  Nothing is compiled."""

    @functools.wraps(method)
    def call(self, *arrays, **named):
        arrays = [np.asarray(array, np.float32) for array in arrays]
        named = {name: np.asarray(array, np.float32) for name, array in named.items()}
        with ignoring_overflow():
            return method(self, *arrays, **named)

    return call


def for_each_image(method):
    """A method of one image, called for some of its draws at a time."""

    def of_one(self, x, eps):
        parts = batches.split(eps, DRAWS)
        return np.concatenate([method(self, x, part) for part in parts])

    @compiled
    @functools.wraps(method)
    def of_all(self, x, eps):
        return np.stack([of_one(self, *image) for image in zip(x, eps, strict=True)])

    return of_all
