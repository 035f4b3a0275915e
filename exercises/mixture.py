"""What exercise em needs: the density of a mixture of Gaussian distributions."""

import numpy as np


def log_joint(x, weights, means, covariances):
    """log p(x, z = k) in nats.  (N, D), (K,), (K, D), (K, D, D) -> (N, K)

    The log of a component's weight, plus the log of its Gaussian density at x.
    """
    d = x[:, None] - means  # (N, K, D)
    squares = np.einsum("nki,kij,nkj->nk", d, np.linalg.inv(covariances), d)
    logdet = np.linalg.slogdet(2 * np.pi * covariances)[1]
    return np.log(weights) - 0.5 * (logdet + squares)
