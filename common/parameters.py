"""Initial weights: a flat dict of float32 arrays, the same for both frameworks."""

from itertools import pairwise

import numpy as np

GAIN = {
    "relu": 2.0,  # He et al. 2015, eq. 10
    "tanh": 1.0,  # LeCun et al. 1998, eq. 16
}


def vae(pixels, hidden, latent_dim, activation, seed):
    """Parameters of a VAE with mirrored encoder and decoder -> name: array.

    Weights are normal with variance gain / inputs, biases are zero.  Two exceptions
    make the first epochs calm: q(z|x) starts close to the prior, and the output
    starts at the mean image of `pixels`, (N, D) uint8.
    """
    rng = np.random.default_rng(seed)
    gain = GAIN[activation]
    inputs = pixels.shape[1]
    parameters = {}

    def layer(name, rows, columns, variance):
        W = np.sqrt(variance) * rng.standard_normal((rows, columns))
        parameters[name] = W.astype(np.float32)
        bias = name.replace("W", "b", 1)
        parameters[bias] = np.zeros(columns, np.float32)

    def stack(prefix, sizes):
        for i, (rows, columns) in enumerate(pairwise(sizes), 1):
            layer(f"{prefix}_W{i}", rows, columns, gain / rows)

    stack("encoder", [inputs, *hidden])
    layer("W_mu", hidden[-1], latent_dim, 0.01**2)
    layer("W_logvar", hidden[-1], latent_dim, 0.01**2)
    stack("decoder", [latent_dim, *reversed(hidden)])
    layer("W_logits", hidden[0], inputs, 1 / hidden[0])
    parameters["b_logits"] = log_odds(pixels)
    return parameters


def log_odds(pixels):
    """Log-odds of each pixel's mean, away from 0 and 1.  (N, D) uint8 -> (D,)"""
    mean = (pixels.mean(axis=0) / 255).clip(0.005, 0.995)
    return np.log(mean / (1 - mean)).astype(np.float32)
