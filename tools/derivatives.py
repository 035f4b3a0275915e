"""The gradient by hand for each function of model.py alone, as a framework gives it.

The pages compare them.  Each takes what its namesake in model.py or bound.py takes and
returns, by name, the derivatives of the sum of what that returns: of two arrays, of
the first plus twice the second.
"""

import numpy as np

from vae_numpy import gradient, model


def with_gradients(function, arguments):
    """A function and its namesake below, as the frameworks' `with_gradients`."""
    differentiate = globals()[function.__name__]

    def call(values):
        results = function(**values)
        results = results if isinstance(results, tuple) else (results,)
        return results, differentiate(**values)

    return call


def zeros(parameters):
    """An array for each parameter; those that a function does not use stay 0."""
    return {name: np.zeros_like(value) for name, value in parameters.items()}


def hidden_layers(parameters, prefix, h, activation):
    """(B, inputs) -> {parameter: derivative}"""
    derivatives = zeros(parameters)
    outputs = gradient.layers(parameters, prefix, h, activation)
    dh = np.ones_like(outputs[-1])
    gradient.hidden_layers(parameters, derivatives, prefix, outputs, activation, dh)
    return derivatives


def encode(parameters, x, activation):
    """(B, D) -> {parameter: derivative}"""
    dmu, _ = map(np.ones_like, model.encode(parameters, x, activation))
    return _encode(parameters, x, activation, dmu, 2 * dmu)


def _encode(parameters, x, activation, dmu, dlogvar):
    derivatives = zeros(parameters)
    outputs = gradient.layers(parameters, "encoder", x, activation)
    gradient.encode(parameters, derivatives, outputs, activation, dmu, dlogvar)
    return derivatives


def reparameterize(mu, logvar, eps):
    """3 x (B, Z) -> {"mu": (B, Z), "logvar": (B, Z)}"""
    dmu, dlogvar = gradient.reparameterize(logvar, eps, np.ones_like(mu))
    return {"mu": dmu, "logvar": dlogvar}


def decode(parameters, z, activation):
    """(B, Z) -> {parameter: derivative, "z": (B, Z)}"""
    dlogits = np.ones_like(model.decode(parameters, z, activation))
    return _decode(parameters, z, activation, dlogits)


def _decode(parameters, z, activation, dlogits):
    derivatives = zeros(parameters)
    outputs = gradient.layers(parameters, "decoder", z, activation)
    dz = gradient.decode(parameters, derivatives, outputs, activation, dlogits)
    return derivatives | {"z": dz}


def log_likelihood(logits, x):
    """(B, D), (B, D) -> {"logits": (B, D)}"""
    return {"logits": gradient.log_likelihood(logits, x)}


def kl_divergence(mu, logvar):
    """(B, Z), (B, Z) -> {"mu": (B, Z), "logvar": (B, Z)}"""
    return dict(zip(("mu", "logvar"), gradient.kl_divergence(mu, logvar), strict=True))


def elbo_parts(parameters, x, eps, activation):
    """(B, D), (B, Z) -> {parameter: derivative}"""
    mu, logvar = model.encode(parameters, x, activation)
    z = model.reparameterize(mu, logvar, eps)
    dlogits = gradient.log_likelihood(model.decode(parameters, z, activation), x)
    decoder = _decode(parameters, z, activation, dlogits)
    dmu, dlogvar = gradient.reparameterize(logvar, eps, decoder.pop("z"))
    dmu_kl, dlogvar_kl = gradient.kl_divergence(mu, logvar)
    dmu, dlogvar = dmu + 2 * dmu_kl, dlogvar + 2 * dlogvar_kl
    encoder = _encode(parameters, x, activation, dmu, dlogvar)
    return {name: decoder[name] + encoder[name] for name in parameters}


def elbo(parameters, x, eps, activation):
    """gradient.py has minus the mean's.  (B, D), (B, Z) -> {parameter: derivative}"""
    return _summed(gradient.elbo, parameters, x, eps, activation)


def _summed(function, parameters, x, eps, activation):
    derivatives = zeros(parameters)
    function(parameters, derivatives, x, eps, activation)
    return {name: -len(x) * of_loss for name, of_loss in derivatives.items()}


def log_weight(parameters, x, eps, activation):
    """(B, D), (K, B, Z) -> {parameter: derivative}"""
    mu, logvar = model.encode(parameters, x, activation)
    z = model.reparameterize(mu, logvar, eps)
    dlogits = gradient.log_likelihood(model.decode(parameters, z, activation), x)
    decoder = _decode(parameters, z, activation, dlogits)
    dz = decoder.pop("z") - z  # of log p(x|z), and of log p(z)
    dmu, dlogvar = gradient.reparameterize(logvar, eps, dz)
    dmu, dlogvar = np.sum(dmu, axis=0), np.sum(dlogvar + 0.5, axis=0)
    encoder = _encode(parameters, x, activation, dmu, dlogvar)
    return {name: decoder[name] + encoder[name] for name in parameters}


def importance_weighted_bound(parameters, x, eps, activation):
    """Likewise.  (B, D), (K, B, Z) -> {parameter: derivative}"""
    return _summed(gradient.importance_weighted_bound, parameters, x, eps, activation)
