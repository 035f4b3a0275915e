"""A solution of exercise reparameterize_gradient."""

import numpy as np


def reparameterize(logvar, eps, dz):
    """The derivatives dL/dmu and dL/dlogvar of a loss L, from dz = dL/dz.

    z = mu + exp(logvar / 2) eps, and logvar is log sigma^2.  3 x (B, Z) -> 2 x (B, Z)
    Kingma & Welling 2014, section 2.4.
    """
    return dz, dz * 0.5 * np.exp(0.5 * logvar) * eps
