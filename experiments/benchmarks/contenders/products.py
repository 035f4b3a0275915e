"""The fastest matrix products here: what no network can pass.  Prints JSON."""

import json
import timeit

import numpy as np
import tensorflow as tf


def rates(rows=2048, inner=2048, columns=2048, repeat=20):
    """GFLOP/s of float32 products of that shape.  -> {"XLA": rate, "OpenBLAS": rate}"""
    rng = np.random.default_rng(0)
    a = rng.standard_normal((rows, inner), np.float32)
    b = rng.standard_normal((inner, columns), np.float32)
    x, y = tf.constant(a), tf.constant(b)
    product = tf.function(tf.matmul, jit_compile=True)
    calls = {"XLA": lambda: product(x, y).numpy(), "OpenBLAS": lambda: a @ b}
    found = {}
    for name, call in calls.items():
        call()
        seconds = min(timeit.repeat(call, number=1, repeat=repeat))
        found[name] = 2 * rows * inner * columns / seconds / 1e9
    return found


if __name__ == "__main__":
    print(json.dumps(rates()))
