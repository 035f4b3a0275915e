"""The models once more, in float64 NumPy and written to be checked by eye."""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm


def hidden_layers(p, prefix, h, activation):
    layer = 1
    while f"{prefix}_W{layer}" in p:
        h = h @ p[f"{prefix}_W{layer}"] + p[f"{prefix}_b{layer}"]
        h = np.maximum(h, 0) if activation == "relu" else np.tanh(h)
        layer += 1
    return h


def elbo(parameters, x, eps, activation):
    """ELBO, log-likelihood and KL of each image, in nats.  -> (B,), (B,), (B,)"""
    p = {name: np.asarray(value, np.float64) for name, value in parameters.items()}
    x, eps = np.asarray(x, np.float64), np.asarray(eps, np.float64)
    h = hidden_layers(p, "encoder", x, activation)
    mu = h @ p["W_mu"] + p["b_mu"]
    logvar = h @ p["W_logvar"] + p["b_logvar"]
    z = mu + np.sqrt(np.exp(logvar)) * eps
    h = hidden_layers(p, "decoder", z, activation)
    logits = h @ p["W_logits"] + p["b_logits"]
    fit = log_likelihood(logits, x)
    kl = kl_divergence(mu, logvar)
    return fit - kl, fit, kl


def autoencoder(parameters, x, activation):
    """Log-likelihood in nats, squared error per pixel of each image.  -> (B,), (B,)"""
    p = {name: np.asarray(value, np.float64) for name, value in parameters.items()}
    x = np.asarray(x, np.float64)
    h = hidden_layers(p, "encoder", x, activation)
    a = h @ p["W_z"] + p["b_z"]
    z = np.maximum(a, 0) if activation == "relu" else np.tanh(a)
    h = hidden_layers(p, "decoder", z, activation)
    logits = h @ p["W_logits"] + p["b_logits"]
    error = x - 1 / (1 + np.exp(-logits))
    return log_likelihood(logits, x), (error**2).mean(axis=1)


def log_likelihood(logits, x):
    """log sigmoid(l) = -log(1 + exp(-l)), by logaddexp.  (B, D), (B, D) -> (B,)"""
    log_on, log_off = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    return (x * log_on + (1 - x) * log_off).sum(axis=1)


def kl_divergence(mu, logvar):
    """Kingma & Welling 2014, appendix B: -KL = sum(1 + log s^2 - mu^2 - s^2) / 2."""
    return -0.5 * (1 + logvar - mu**2 - np.exp(logvar)).sum(axis=1)


def directional_derivative(function, parameters, direction, step=1e-5):
    """Central difference of `function(parameters)` along `direction`, in float64."""

    def moved(sign):
        return {n: v + sign * step * direction[n] for n, v in parameters.items()}

    return (function(moved(1)) - function(moved(-1))) / (2 * step)


def importance_weighted_bound(parameters, x, eps, activation):
    """log mean p(x, z) / q(z|x) over K draws, density by density.  (K, B, Z) -> (B,)"""
    p = {name: np.asarray(value, np.float64) for name, value in parameters.items()}
    h = hidden_layers(p, "encoder", np.asarray(x, np.float64), activation)
    mu = h @ p["W_mu"] + p["b_mu"]
    sigma = np.exp((h @ p["W_logvar"] + p["b_logvar"]) / 2)
    weights = []
    for draw in eps.astype(np.float64):
        z = mu + sigma * draw
        h = hidden_layers(p, "decoder", z, activation)
        fit = log_likelihood(h @ p["W_logits"] + p["b_logits"], x)
        prior, posterior = norm.logpdf(z), norm.logpdf(z, mu, sigma)
        weights.append(fit + (prior - posterior).sum(axis=1))
    return logsumexp(weights, axis=0) - np.log(len(eps))
