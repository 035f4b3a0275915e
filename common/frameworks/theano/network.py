"""What every network in Theano has: shared variables, Adam, compiled functions."""

import inspect
from functools import cached_property

import numpy as np
import theano
import theano.tensor as T
from tqdm import tqdm

from common.frameworks.parameters import Parameters
from common.frameworks.theano import check
from common.frameworks.theano.adam import Adam

COMPILING = "Theano compiles its functions: half a minute at first, then some seconds"
sigmoid = T.nnet.sigmoid


def leaky_relu(h):
    """h above 0, 0.2 h below, so that no unit is deaf to the gradient."""
    return T.maximum(0.2 * h, h)


ACTIVATIONS = {"leaky_relu": leaky_relu, "relu": T.nnet.relu, "tanh": T.tanh}


class Network(Parameters):
    """Parameters as shared variables, and Adam as updates of them."""

    activations, Adam = ACTIVATIONS, Adam
    releases_gil = False  # no other Python thread runs during a step

    def __init__(self, *arguments, **options):
        check()
        super().__init__(*arguments, **options)

    def variable(self, array, name):
        """A shared variable."""
        return theano.shared(array, name=name)

    def read(self, variable):
        """A copy of its array."""
        return variable.get_value()

    def write(self, variable, array):
        """Replace its array."""
        variable.set_value(array)

    def compile(self, quiet):
        """Compile what training calls; if quiet, its steps alone, without a word."""
        methods = vars(type(self)).items()
        kinds = {cached_property} if quiet else {cached_property, compiled}
        names = [name for name, method in methods if type(method) in kinds]
        if not quiet:
            print(COMPILING, flush=True)
        for name in tqdm(names, desc="compiling", leave=False, disable=quiet or None):
            getattr(self, name)


class compiled(cached_property):  # noqa: N801  # a decorator
    """A method as a function of float32 matrices, compiled when it is first used."""

    def __init__(self, method):
        super().__init__(self.function)
        self.method = method

    def __get__(self, network, owner=None):
        """Of a network, the compiled function; of its class, the method."""
        return self.method if network is None else super().__get__(network, owner)

    def function(self, network):
        """Compile the method for a network."""
        _, *names = inspect.signature(self.method).parameters
        symbols = [T.fmatrix(name) for name in names]
        return theano.function(symbols, self.method(network, *symbols))


class for_each_image(compiled):  # noqa: N801
    """A method of one image, compiled; the loop over the images is Python's.

    Then what one image is decoded to fits in the cache.
    """

    def function(self, network):
        """Compile the method for a network."""
        x, eps = T.fvector("x"), T.fmatrix("eps")
        of_one = theano.function([x, eps], self.method(network, x, eps))
        return lambda x, eps: np.stack([*map(of_one, x, eps)])
