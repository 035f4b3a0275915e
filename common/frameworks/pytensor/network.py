"""What every network in PyTensor has: activations, Adam as updates."""

import threading
from functools import cached_property

import numpy as np
import pytensor
import pytensor.tensor as T

from common.frameworks import symbolic
from common.frameworks.parameters import EPSILON, TINY
from common.frameworks.pytensor import loops  # noqa: F401  # in place of slow ones

compiled, for_each_image = symbolic.compiled, symbolic.for_each_image
sigmoid = T.sigmoid


def relu(h):
    """max(h, 0), with slope 0 at 0.  PyTensor has no relu."""
    return T.switch(h > 0, h, 0)


def or_zero(moment):
    """Cut off a moment that decays forever: denormal numbers are slow."""
    return T.switch(abs(moment) < TINY, 0, moment)


class Adam:
    """First and second moments of each parameter's gradient, and the step count."""

    def __init__(self, parameters, beta_1=0.9, beta_2=0.999):
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.step = pytensor.shared(np.int64(0), name="step")
        zeros = {n: np.zeros_like(p.get_value()) for n, p in parameters.items()}
        self.m = {n: pytensor.shared(zero) for n, zero in zeros.items()}
        self.v = {n: pytensor.shared(zero) for n, zero in zeros.items()}

    def updates(self, gradients, parameters, learning_rate):
        """What one step changes: [(shared variable, its new value), ...].

        `gradients` is a list in the order of the parameters, a dict.  The formula
        is that of common/frameworks/theano/adam.py.
        """
        beta_1, beta_2 = self.beta_1, self.beta_2
        t = self.step + 1
        time = T.cast(t, "float32")
        alpha = learning_rate * T.sqrt(1 - beta_2**time) / (1 - beta_1**time)
        updates = [(self.step, t)]
        for (name, p), g in zip(parameters.items(), gradients, strict=True):
            m = or_zero(self.m[name] + (1 - beta_1) * (g - self.m[name]))
            v = or_zero(self.v[name] + (1 - beta_2) * (g**2 - self.v[name]))
            move = alpha * m / (T.sqrt(v) + EPSILON)
            updates += [(self.m[name], m), (self.v[name], v), (p, p - move)]
        return updates


def shared(compile_for):
    """What compiles a function for a network, as one for all networks of the same kind.

    Numba never frees what it has compiled, so fit after fit would take more memory.  It
    is compiled for a network of its own, to which each call lends another's arrays.
    """
    programs, lock = {}, threading.Lock()

    def of(network):
        if network.kind not in programs:
            _, (parameters, settings), _ = network.__reduce__()
            own = type(network)(parameters, settings)
            programs[network.kind] = compile_for(own), own.places()
        function, places = programs[network.kind]

        def call(*arrays, **named):
            with lock:
                ours = network.places()
                for its, lent in zip(places, ours, strict=True):
                    its[0] = lent[0]
                result = function(*arrays, **named)
                for its, lent in zip(places, ours, strict=True):
                    lent[0] = its[0]
                return result

        return call

    return of


class Network(symbolic.Network):
    """Parameters as shared variables, and Adam as updates of them."""

    library, Adam = pytensor, Adam
    activations = {"relu": relu, "tanh": T.tanh}
    parallel = None  # no other thread runs during a step; a process compiles anew
    compiling = "PyTensor compiles its functions: a dozen seconds at first, then one"

    def __init_subclass__(cls):
        """What is compiled for each network in a package is shared."""
        for method in vars(cls).values():
            if isinstance(method, cached_property):
                method.func = shared(method.func)

    def places(self):
        """Where each variable's array is: a list of that one item."""
        variables = (variables[key] for variables, key in self._places().values())
        return [variable.container.storage for variable in variables]
