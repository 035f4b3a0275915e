"""A solution of exercise bound."""

import numpy as np

from vae_numpy.bound import log_weight


def importance_weighted_bound(parameters, x, eps, activation):
    """The log of the mean weight of K draws of z, in nats per image.

    log_weight(parameters, x, eps, activation) gives log p(x, z) - log q(z|x) of each
    draw, (K, B).  A weight may be too small for a float.  (B, D), (K, B, Z) -> (B,)
    Burda et al. 2016, eq. 8.
    """
    log_w = log_weight(parameters, x, eps, activation)
    highest = np.max(log_w, axis=0)
    return highest + np.log(np.mean(np.exp(log_w - highest), axis=0))
