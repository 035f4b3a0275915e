"""The variational autoencoder (Kingma & Welling 2014) in TensorFlow: its mathematics.

    prior       p(z)   = N(0, I)
    likelihood  p(x|z) = Bernoulli(sigmoid(logits)),   logits = decode(z)
    posterior   q(z|x) = N(mu, diag(exp(logvar))),     mu, logvar = encode(x)
                         stands in for p(z|x), which cannot be computed

Shapes: a batch of B images of D pixels, H hidden units, Z latent variables.  Weights
are (inputs, outputs).  `parameters` is a flat dict: name -> variable.
"""

import tensorflow as tf

ACTIVATIONS = {"relu": tf.nn.relu, "tanh": tf.tanh}


def hidden_layers(parameters, prefix, h, activation):
    """The layers prefix_W1, prefix_b1, prefix_W2, ...  (B, inputs) -> (B, H)"""
    layer = 1
    while f"{prefix}_W{layer}" in parameters:
        W, b = parameters[f"{prefix}_W{layer}"], parameters[f"{prefix}_b{layer}"]
        h = ACTIVATIONS[activation](tf.matmul(h, W) + b)
        layer += 1
    return h


def encode(parameters, x, activation):
    """Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z)"""
    h = hidden_layers(parameters, "encoder", x, activation)
    mu = tf.matmul(h, parameters["W_mu"]) + parameters["b_mu"]
    logvar = tf.matmul(h, parameters["W_logvar"]) + parameters["b_logvar"]
    return mu, logvar


def reparameterize(mu, logvar, eps):
    """A draw z of q(z|x), differentiable, from eps ~ N(0, I).  3 x (B, Z) -> (B, Z)"""
    return mu + tf.exp(0.5 * logvar) * eps


def decode(parameters, z, activation):
    """Logits of the pixels' Bernoulli distributions.  (B, Z) -> (B, D)"""
    h = hidden_layers(parameters, "decoder", z, activation)
    return tf.matmul(h, parameters["W_logits"]) + parameters["b_logits"]


def log_likelihood(logits, x):
    """log p(x|z) in nats, summed over the pixels.  (B, D), (B, D) -> (B,)

    log Bernoulli(x; sigmoid(l)) = x l - log(1 + exp(l)); softplus avoids overflow.
    """
    return tf.reduce_sum(x * logits - tf.nn.softplus(logits), axis=1)


def kl_divergence(mu, logvar):
    """KL(q(z|x) || N(0, I)) in nats.  (B, Z), (B, Z) -> (B,)

    Kingma & Welling 2014, appendix B.
    """
    return 0.5 * tf.reduce_sum(tf.exp(logvar) + mu**2 - 1 - logvar, axis=1)


def elbo(parameters, x, eps, activation):
    """The evidence lower bound and its two parts, in nats per image.

    ELBO = log p(x|z) - KL, with one draw of z (Kingma & Welling 2014, eq. 10).
    (B, D), (B, Z) -> (B,), (B,), (B,)
    """
    mu, logvar = encode(parameters, x, activation)
    z = reparameterize(mu, logvar, eps)
    logits = decode(parameters, z, activation)
    log_px_z = log_likelihood(logits, x)
    kl = kl_divergence(mu, logvar)
    return log_px_z - kl, log_px_z, kl


def log_weight(parameters, x, eps, activation):
    """log p(x, z) - log q(z|x) in nats, of K draws of z for each image.

    Their mean is the ELBO.  The first B rows of eps are a draw for each image, the next
    B are another, and so on.  (B, D), (K B, Z) -> (K B,)
    """
    mu, logvar = encode(parameters, x, activation)
    K = eps.shape[0] // x.shape[0]
    x, mu, logvar = (tf.tile(a, (K, 1)) for a in (x, mu, logvar))
    z = reparameterize(mu, logvar, eps)
    logits = decode(parameters, z, activation)
    log_pz_qz = 0.5 * tf.reduce_sum(eps**2 + logvar - z**2, axis=1)
    return log_likelihood(logits, x) + log_pz_qz


def importance_weighted_bound(parameters, x, eps, activation):
    """The log of the mean weight of K draws of z, in nats per image.

    On average it is the ELBO for K = 1, never falls as K grows, and tends to log p(x)
    (Burda et al. 2016, eq. 8).  (B, D), (K B, Z) -> (B,)
    """
    log_w = log_weight(parameters, x, eps, activation)
    log_w = tf.reshape(log_w, (-1, x.shape[0]))  # a row for each draw
    highest = tf.reduce_max(log_w, axis=0)  # so that no exponential overflows
    mean = tf.reduce_mean(tf.exp(log_w - highest), axis=0)
    return highest + tf.math.log(mean)
