"""A solution of exercise kl_gradient."""

import numpy as np


def kl_divergence(mu, logvar):
    """dKL/dmu and dKL/dlogvar of each image's KL.  2 x (B, Z) -> 2 x (B, Z)

    KL = 1/2 sum(exp(logvar) + mu^2 - 1 - logvar) in nats, where logvar is log sigma^2.
    Kingma & Welling 2014, appendix B.
    """
    return mu, 0.5 * (np.exp(logvar) - 1)
