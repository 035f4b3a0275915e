"""Exercise kl: how far q(z|x) is from the prior."""

import numpy as np  # noqa: F401 - until you use it


def kl_divergence(mu, logvar):
    """KL(q(z|x) || N(0, I)) in nats, summed over the latent variables.

    q(z|x) = N(mu, diag(exp(logvar))), and logvar is log sigma^2.  2 x (B, Z) -> (B,)
    Kingma & Welling 2014, appendix B, which gives -KL.
    """
    raise NotImplementedError
