"""A solution of exercise em."""

import numpy as np

from exercises.mixture import log_joint


def em_step(x, weights, means, covariances):
    """The parameters after one E step and one M step.

    The E step computes the responsibilities p(z = k|x), (N, K), from log_joint(x,
    weights, means, covariances).  The M step averages with them.  A density may be too
    small for a float.  (N, D), (K,), (K, D), (K, D, D) -> (K,), (K, D), (K, D, D)
    Bishop 2006, eqs. 9.23 to 9.27.
    """
    log_p = log_joint(x, weights, means, covariances)
    r = np.exp(log_p - np.max(log_p, axis=1, keepdims=True))
    r /= np.sum(r, axis=1, keepdims=True)  # (N, K)

    count = np.sum(r, axis=0)  # N_k
    means = r.T @ x / count[:, None]
    d = x[:, None] - means  # (N, K, D), from the new means
    squares = np.einsum("nk,nki,nkj->kij", r, d, d)
    return count / len(x), means, squares / count[:, None, None]
