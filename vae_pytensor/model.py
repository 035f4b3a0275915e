"""The variational autoencoder (Kingma & Welling 2014) in PyTensor: its mathematics.

    prior       p(z)   = N(0, I)
    likelihood  p(x|z) = Bernoulli(sigmoid(logits)),   logits = decode(z)
    posterior   q(z|x) = N(mu, diag(exp(logvar))),     mu, logvar = encode(x)
                         stands in for p(z|x), which cannot be computed

Shapes: a batch of B images of D pixels, H hidden units, Z latent variables.
`parameters` is a flat dict, name -> variable, of weights (inputs, outputs):

    encoder_W1 (D, H), encoder_W2 (H, H), ..., W_mu (H, Z), W_logvar (H, Z)
    decoder_W1 (Z, H), decoder_W2 (H, H), ..., W_logits (H, D)

and of their biases (outputs,): encoder_b1, ..., b_logits.
"""

import pytensor.tensor as T


def layers(parameters, prefix):
    """Weights and biases of the hidden layers.  -> (prefix_W1, prefix_b1), ..."""
    layer = 1
    while f"{prefix}_W{layer}" in parameters:
        yield parameters[f"{prefix}_W{layer}"], parameters[f"{prefix}_b{layer}"]
        layer += 1


def hidden_layers(parameters, prefix, h, activation):
    """The output of the last hidden layer.  (B, inputs) -> (B, H)"""
    for W, b in layers(parameters, prefix):
        h = activation(T.dot(h, W) + b)
    return h


def encode(parameters, x, activation):
    """Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z)"""
    h = hidden_layers(parameters, "encoder", x, activation)
    mu = T.dot(h, parameters["W_mu"]) + parameters["b_mu"]
    logvar = T.dot(h, parameters["W_logvar"]) + parameters["b_logvar"]
    return mu, logvar


def reparameterize(mu, logvar, eps):
    """Draw z from q(z|x), differentiably, given eps ~ N(0, I).  3 x (B, Z) -> (B, Z)"""
    return mu + T.exp(0.5 * logvar) * eps


def decode(parameters, z, activation):
    """Logits of the pixels' Bernoulli distributions.  (B, Z) -> (B, D)"""
    h = hidden_layers(parameters, "decoder", z, activation)
    return T.dot(h, parameters["W_logits"]) + parameters["b_logits"]


def log_likelihood(logits, x):
    """log p(x|z) in nats, summed over the pixels.  (B, D), (B, D) -> (B,)

    log Bernoulli(x; sigmoid(l)) = x l - log(1 + exp(l)); softplus avoids overflow.
    """
    return T.sum(x * logits - T.softplus(logits), axis=-1)


def kl_divergence(mu, logvar):
    """KL(q(z|x) || N(0, I)) in nats.  (B, Z), (B, Z) -> (B,)

    Kingma & Welling 2014, appendix B.
    """
    return 0.5 * T.sum(T.exp(logvar) + mu**2 - 1 - logvar, axis=-1)


def elbo_parts(parameters, x, eps, activation):
    """log p(x|z), for one draw of z, and KL.  (B, D), (B, Z) -> (B,), (B,)"""
    mu, logvar = encode(parameters, x, activation)
    z = reparameterize(mu, logvar, eps)
    logits = decode(parameters, z, activation)
    return log_likelihood(logits, x), kl_divergence(mu, logvar)


def elbo(parameters, x, eps, activation):
    """The evidence lower bound in nats per image.  (B, D), (B, Z) -> (B,)

    ELBO = log p(x|z) - KL, with one draw of z (Kingma & Welling 2014, eq. 10).
    """
    log_px_z, kl = elbo_parts(parameters, x, eps, activation)
    return log_px_z - kl
