"""A solution of exercise kl."""

import numpy as np


def kl_divergence(mu, logvar):
    """KL(q(z|x) || N(0, I)) in nats, summed over the latent variables.

    q(z|x) = N(mu, diag(exp(logvar))), and logvar is log sigma^2.  2 x (B, Z) -> (B,)
    Kingma & Welling 2014, appendix B, which gives -KL.
    """
    return 0.5 * np.sum(np.exp(logvar) + mu**2 - 1 - logvar, axis=-1)
