"""Initial weights: a flat dict of float32 arrays, the same for both frameworks."""

from itertools import pairwise

import numpy as np

GAIN = {
    "relu": 2.0,  # He et al. 2015, eq. 10
    "tanh": 1.0,  # LeCun et al. 1998, eq. 16
}


def initial(settings, pixels):
    """The weights that a run starts from -> name: array.  `pixels`: (N, D) uint8

    Weights are normal with variance gain / inputs, biases are zero.  Exceptions make
    the first epochs calm: the output starts at the mean image, and a VAE's q(z|x) close
    to the prior.  An autoencoder's relu code starts at 1 with a small variance and
    hardly moves the output; else Adam's first steps push whole units below 0, for
    all images, where no gradient brings them back.
    """
    rng = np.random.default_rng(settings.seed)
    gain = GAIN[settings.activation]
    down = [pixels.shape[1], *settings.hidden]
    up = [settings.latent_dim, *reversed(settings.hidden)]
    parameters = {}

    def layer(name, rows, columns, variance):
        W = np.sqrt(variance) * rng.standard_normal((rows, columns))
        parameters[name] = W.astype(np.float32)
        bias = name.replace("W", "b", 1)
        parameters[bias] = np.zeros(columns, np.float32)

    def stack(prefix, sizes):
        for i, (rows, columns) in enumerate(pairwise(sizes), 1):
            layer(f"{prefix}_W{i}", rows, columns, gain / rows)

    stack("encoder", down)
    if settings.model == "vae":
        layer("W_mu", down[-1], settings.latent_dim, 0.01**2)
        layer("W_logvar", down[-1], settings.latent_dim, 0.01**2)
        stack("decoder", up)
        layer("W_logits", up[-1], pixels.shape[1], 1 / up[-1])
    else:
        layer("W_z", down[-1], settings.latent_dim, 0.1 * gain / down[-1])
        parameters["b_z"] += settings.activation == "relu"
        stack("decoder", up)
        layer("W_logits", up[-1], pixels.shape[1], 0.01**2)
    parameters["b_logits"] = log_odds(pixels)
    return parameters


def log_odds(pixels):
    """Log-odds of each pixel's mean, away from 0 and 1.  (N, D) uint8 -> (D,)"""
    mean = (pixels.mean(axis=0) / 255).clip(0.005, 0.995)
    return np.log(mean / (1 - mean)).astype(np.float32)
