"""Exercise em: one step of EM for a mixture of Gaussian distributions."""

import numpy as np  # noqa: F401 - until you use it

from exercises.mixture import log_joint  # noqa: F401 - until you use it


def em_step(x, weights, means, covariances):
    """The parameters after one E step and one M step.

    The E step computes the responsibilities p(z = k|x), (N, K), from log_joint(x,
    weights, means, covariances).  The M step averages with them.  A density may be too
    small for a float.  (N, D), (K,), (K, D), (K, D, D) -> (K,), (K, D), (K, D, D)
    Bishop 2006, eqs. 9.23 to 9.27.
    """
    raise NotImplementedError
