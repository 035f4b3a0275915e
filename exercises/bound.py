"""Exercise bound: more draws of z bring the bound closer to log p(x)."""

import numpy as np  # noqa: F401 - until you use it

from vae_numpy.bound import log_weight  # noqa: F401 - until you use it


def importance_weighted_bound(parameters, x, eps, activation):
    """The log of the mean weight of K draws of z, in nats per image.

    log_weight(parameters, x, eps, activation) gives log p(x, z) - log q(z|x) of each
    draw, (K, B).  A weight may be too small for a float.  (B, D), (K, B, Z) -> (B,)
    Burda et al. 2016, eq. 8.
    """
    raise NotImplementedError
