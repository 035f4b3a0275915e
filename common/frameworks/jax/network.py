"""What every network in JAX has: arrays that never change, Adam, compiled functions."""

import functools
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from common.frameworks.parameters import EPSILON, Parameters

sigmoid = jax.nn.sigmoid


@jax.tree_util.register_dataclass
@dataclass
class Adam:
    """Moments of each parameter's gradient, and the step count: a pytree."""

    step: jax.Array
    m: dict
    v: dict
    beta_1: float = field(metadata={"static": True})
    beta_2: float = field(metadata={"static": True})

    @classmethod
    def start(cls, parameters, beta_1=0.9, beta_2=0.999):
        """Before the first step."""
        m, v = ({n: jnp.zeros_like(p) for n, p in parameters.items()} for _ in "mv")
        return cls(jnp.int32(0), m, v, beta_1, beta_2)

    def apply(self, gradients, parameters, learning_rate):
        """Take one step.  2 x {name: array}, () -> {name: array}, Adam

        Kingma & Ba 2015, end of section 2: the bias corrections are folded into the
        rate, as Keras does.
        """
        step = self.step + 1
        time = step.astype(jnp.float32)
        alpha = learning_rate * jnp.sqrt(1 - self.beta_2**time)
        alpha /= 1 - self.beta_1**time
        m, v, moved = {}, {}, {}
        for n, g in gradients.items():
            m[n] = self.m[n] + (1 - self.beta_1) * (g - self.m[n])
            v[n] = self.v[n] + (1 - self.beta_2) * (g**2 - self.v[n])
            moved[n] = parameters[n] - alpha * m[n] / (jnp.sqrt(v[n]) + EPSILON)
        return moved, replace(self, step=step, m=m, v=v)


class Network(Parameters):
    """Parameters as arrays, which a step replaces by others."""

    activations, Adam = {"relu": jax.nn.relu, "tanh": jnp.tanh}, Adam.start

    def variable(self, array, name=""):
        """An array of JAX."""
        return jnp.array(array)

    def read(self, variable):
        """A copy of its array.  JAX counts steps in int32."""
        array = np.array(variable)
        return array.astype(np.int64) if array.dtype == np.int32 else array

    def go_on_from(self, parameters, adam):
        """Take what a step has returned.  JAX sorts the keys of a dict."""
        self.parameters = {name: parameters[name] for name in self.parameters}
        self.adams = {"": adam}


def jitted(method):
    """A method as one XLA program, shared by the networks that have equal functions.

    These, `activation` and `bound`, are all that the program sees of its network, so
    whatever changes must be an argument.
    """

    @functools.partial(jax.jit, static_argnums=0)
    def program(functions, *arguments):
        return method(SimpleNamespace(**dict(functions)), *arguments)

    @functools.wraps(method)
    def call(self, *arguments):
        functions = [item for item in vars(self).items() if callable(item[1])]
        return program(tuple(functions), *arguments)

    return call


def compiled(method):
    """A method of the parameters, jitted: float32 inside, NumPy arrays outside."""

    @jitted
    def function(self, parameters, arrays, named):
        self.parameters = parameters
        arrays, named = jax.tree.map(jnp.float32, (arrays, named))
        return method(self, *arrays, **named)

    @functools.wraps(method)
    def call(self, *arrays, **named):
        return jax.tree.map(np.array, function(self, self.parameters, arrays, named))

    return call


def for_each_image(method):
    """A method of one image, compiled and mapped over all images."""

    @functools.wraps(method)
    def of_all(self, x, eps):
        return jax.lax.map(lambda image: method(self, *image), (x, eps))

    return compiled(of_all)
