"""The importance-weighted bound: more draws of z bring it closer to log p(x).

Shapes as in model.py; K draws of z are an axis in front: (K, B, Z).
"""

import tensorflow as tf

from vae_tf import model

DECODER = "decoder", "W_logits", "b_logits"  # prefixes of its parameters


def log_weight(parameters, x, eps, activation):
    """log p(x, z) - log q(z|x) in nats, of K draws of z for each image.

    Their mean is the ELBO.  (B, D), (K, B, Z) -> (K, B)
    """
    mu, logvar = model.encode(parameters, x, activation)  # (B, Z)
    z = model.reparameterize(mu, logvar, eps)  # (K, B, Z)
    logits = model.decode(parameters, z, activation)  # (K, B, D)
    log_pz_qz = 0.5 * tf.reduce_sum(eps**2 + logvar - z**2, axis=-1)
    return model.log_likelihood(logits, x) + log_pz_qz


def importance_weighted_bound(parameters, x, eps, activation):
    """The log of the mean weight of K draws of z, in nats per image.

    On average it is the ELBO for K = 1, never falls as K grows, and tends to log p(x)
    (Burda et al. 2016, eq. 8).  (B, D), (K, B, Z) -> (B,)
    """
    log_w = log_weight(parameters, x, eps, activation)
    highest = tf.reduce_max(log_w, axis=0)  # so that no exponential overflows
    mean = tf.reduce_mean(tf.exp(log_w - highest), axis=0)
    return highest + tf.math.log(mean)


def path_bound(parameters, x, eps, activation, share=1.0):
    """The importance-weighted bound, with the path gradient of the encoder.

    A frozen copy of the encoder gives the values.  The gradient reaches the encoder
    through z alone, by way of eps, so it lacks the score term, whose mean is 0 (Roeder
    et al. 2017, for K = 1).  `share` multiplies the gradient that z gets.
    (B, D), (K, B, Z), (K, B, 1) -> (B,)
    """
    mu, logvar = model.encode(parameters, x, activation)
    z = model.reparameterize(mu, logvar, eps)  # (K, B, Z)
    slope = tf.stop_gradient(tf.exp(-0.5 * logvar))  # of eps = (z - mu) / sigma
    change = share * slope * (z - tf.stop_gradient(z))  # its value is 0
    frozen = {
        name: p if name.startswith(DECODER) else tf.stop_gradient(p)
        for name, p in parameters.items()
    }
    return importance_weighted_bound(frozen, x, eps + change, activation)


def doubly_reparameterized_bound(parameters, x, eps, activation):
    """The same for K > 1: without a score term and without bias (Tucker et al. 2019).

    A draw's share of the weights multiplies its gradient, as in the importance-weighted
    bound, and for the encoder once more.  (B, D), (K, B, Z) -> (B,)
    """
    log_w = log_weight(parameters, x, eps, activation)
    w = tf.exp(log_w - tf.reduce_max(log_w, axis=0))
    share = tf.stop_gradient(w / tf.reduce_sum(w, axis=0))  # (K, B)
    return path_bound(parameters, x, eps, activation, share[:, :, None])


def elbo_of_one_draw(parameters, x, eps, activation):
    """The ELBO with the exact KL, less noisy than the weight of a single draw.

    (B, D), (1, B, Z) -> (B,)
    """
    return model.elbo(parameters, x, eps[0], activation)


def of(settings):
    """The bound that training maximizes, with the gradient that it takes."""
    one_draw = settings.importance_samples == 1
    if settings.gradient == "path":
        return path_bound if one_draw else doubly_reparameterized_bound
    return elbo_of_one_draw if one_draw else importance_weighted_bound
