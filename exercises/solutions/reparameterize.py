"""A solution of exercise reparameterize."""

import numpy as np


def reparameterize(mu, logvar, eps):
    """Draw z from q(z|x) = N(mu, diag(exp(logvar))), given eps from N(0, I).

    mu, logvar = log sigma^2, and eps have the shape (B, Z).  -> (B, Z)
    Kingma & Welling 2014, section 2.4.
    """
    return mu + np.exp(0.5 * logvar) * eps
