"""Element-wise functions of which Numba makes loops of vectors: no calls, no branches.

The C library's log1p and tanh, of one number at a time, took half of a step.  Inside,
numbers are float64, in which short series are exact enough for a result in float32.
"""

import math
from pathlib import Path

import numpy as np
from pytensor.link.numba.dispatch import basic, scalar
from pytensor.scalar import Tanh
from pytensor.scalar.math import Sigmoid, Softplus

SOURCE = Path(__file__).read_text()  # where it changes, PyTensor compiles anew
# No digit is lost by these liberties, and no division by zero is looked for.
compiled = basic.numba_njit(fastmath={"contract", "arcp"}, error_model="numpy")


@compiled
def exp(x):
    """Powers of e for x = n log 2 + r <= 0: 2^n + 2^n s, and the same less 1."""
    x = max(np.float64(x), -700.0)
    n = np.floor(x / math.log(2) + 0.5)
    r = x - n * math.log(2)
    s = 1 + r / 4 * (1 + r / 5 * (1 + r / 6 * (1 + r / 7)))
    s = r * (1 + r / 2 * (1 + r / 3 * s))
    p = np.int64((n + 1023) * 2.0**52).view(np.float64)
    return p + p * s, p * s + (p - 1)


@compiled
def sigmoid(x):
    """1 / (1 + exp(-x))"""
    e, _ = exp(-abs(x))
    return np.float32((1 if x > 0 else e) / (1 + e))


@compiled
def softplus(x):
    """max(x, 0) + log(1 + e), e = exp(-|x|), by the series of 2 artanh(e / (2 + e))."""
    e, _ = exp(-abs(x))
    t = e / (2 + e)
    q = t * t
    series = 1 / 7 + q * (1 / 9 + q * (1 / 11 + q / 13))
    series = 1 + q * (1 / 3 + q * (1 / 5 + q * series))
    return np.float32(max(x, 0) + 2 * t * series)


@compiled
def tanh(x):
    """(1 - e) / (1 + e), e = exp(-2|x|), with the sign of x; exact near 0, too."""
    e, less_1 = exp(-2 * abs(x))
    return np.float32((less_1 if x < 0 else -less_1) / (1 + e))


def take_the_place(operation, function):
    """Have PyTensor compile this function for an operation on float32."""
    usual = basic.numba_funcify_and_cache_key.dispatch(operation)

    @basic.register_funcify_and_cache_key(operation)
    def funcify(op, node, **options):
        if node.inputs[0].type.dtype != "float32":
            return usual(op, node=node, **options)
        return function, scalar.scalar_op_cache_key(op, source=SOURCE)


take_the_place(Sigmoid, sigmoid)
take_the_place(Softplus, softplus)
take_the_place(Tanh, tanh)
