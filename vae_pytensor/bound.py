"""The importance-weighted bound: more draws of z bring it closer to log p(x).

Shapes as in model.py; K draws of z are an axis in front: (K, B, Z).
"""

import pytensor.tensor as T

from vae_pytensor import model


def log_weight(parameters, x, eps, activation):
    """log p(x, z) - log q(z|x) in nats, of K draws of z for each image.

    Their mean is the ELBO.  (B, D), (K, B, Z) -> (K, B)
    """
    mu, logvar = model.encode(parameters, x, activation)  # (B, Z)
    z = model.reparameterize(mu, logvar, eps)  # (K, B, Z)
    logits = model.decode(parameters, z, activation)  # (K, B, D)
    log_pz_qz = 0.5 * T.sum(eps**2 + logvar - z**2, axis=-1)
    return model.log_likelihood(logits, x) + log_pz_qz


def importance_weighted_bound(parameters, x, eps, activation):
    """The log of the mean weight of K draws of z, in nats per image.

    On average it is the ELBO for K = 1, never falls as K grows, and tends to log p(x)
    (Burda et al. 2016, eq. 8).  (B, D), (K, B, Z) -> (B,)
    """
    log_w = log_weight(parameters, x, eps, activation)
    highest = T.max(log_w, axis=0)  # so that no exponential overflows
    mean = T.mean(T.exp(log_w - highest), axis=0)
    return highest + T.log(mean)


def elbo_of_one_draw(parameters, x, eps, activation):
    """The ELBO with the exact KL, less noisy than the weight of a single draw.

    (B, D), (1, B, Z) -> (B,)
    """
    return model.elbo(parameters, x, eps[0], activation)


def of_draws(K):
    """The bound that training maximizes with K draws of z for each image."""
    return elbo_of_one_draw if K == 1 else importance_weighted_bound
