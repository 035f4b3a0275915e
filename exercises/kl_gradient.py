"""Exercise kl_gradient: the derivatives of exercise kl."""

import numpy as np  # noqa: F401 - until you use it


def kl_divergence(mu, logvar):
    """dKL/dmu and dKL/dlogvar of each image's KL.  2 x (B, Z) -> 2 x (B, Z)

    KL = 1/2 sum(exp(logvar) + mu^2 - 1 - logvar) in nats, where logvar is log sigma^2.
    Kingma & Welling 2014, appendix B.
    """
    raise NotImplementedError
