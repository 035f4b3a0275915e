"""Shapes and initial weights of layers, as flat dicts with a name for each array."""

from itertools import pairwise

import numpy as np

GAIN = {
    "leaky_relu": 2 / (1 + 0.2**2),  # He et al. 2015, eq. 15, of slope 0.2 below 0
    "relu": 2.0,  # the same, eq. 10
    "tanh": 1.0,  # LeCun et al. 1998, eq. 16
}


def shapes(prefix, sizes, *last):
    """Shapes of the layers between the sizes: prefix_W1, prefix_b1, ..., then `last`.

    Several layers, W_mu and W_logvar say, may be the last; each has a bias, b_mu say.
    """
    *hidden, end = pairwise(sizes)
    layers = {f"{prefix}_W{number}": size for number, size in enumerate(hidden, 1)}
    named = {}
    for name, (rows, columns) in (layers | dict.fromkeys(last, end)).items():
        named |= {name: (rows, columns), name.replace("W", "b", 1): (columns,)}
    return named


def initial(shapes, settings, variances):
    """Draw weights of these shapes -> name: float32 array; biases are zero.

    They are normal; the variance is gain / inputs, but for those that are named.
    """
    rng = np.random.default_rng(settings.random_state)
    parameters = {n: np.zeros(shape, np.float32) for n, shape in shapes.items()}
    for name, array in parameters.items():
        if array.ndim > 1:
            variance = variances.get(name, GAIN[settings.activation] / len(array))
            array += np.sqrt(variance) * rng.standard_normal(array.shape)
    return parameters


def log_odds(pixels):
    """Log-odds of each pixel's mean, away from 0 and 1.  (N, D) uint8 -> (D,)"""
    mean = (pixels.mean(axis=0) / 255).clip(0.005, 0.995)
    return np.log(mean / (1 - mean)).astype(np.float32)
