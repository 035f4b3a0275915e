"""The gradient by hand: the chain rule, from the loss back to every weight.

The loss L is minus the mean ELBO of a batch.  For any array a, `da` stands for dL/da
and has a's shape.  Each function differentiates the function of the same name
in model.py or bound.py by two rules:

    a = h W + b     dW = h^T da,   db = da summed over the batch,   dh = da W^T
    h = f(a)        da = dh f'(a), element by element

The shapes are for one draw of z.  With K draws, (B, ...) becomes (K, B, ...) after z.
`gradients` has an array for each parameter, into which its derivative is written.
"""

from functools import partial

import numpy as np

from common.frameworks.numpy import relu, sigmoid
from vae_numpy import model

SLOPES = {  # f'(a) as a function of h = f(a)
    relu: lambda h: h > 0,  # 0 at the kink
    np.tanh: lambda h: 1 - h**2,
}


def rows(a):
    """The rows of all draws, for one product in place of K.  (K, B, I) -> (K B, I)"""
    return a.reshape(-1, a.shape[-1])


def weights(gradients, name, h, da):
    """a = h W + b: dW = h^T da, db = da summed over the batch.  (B, I), (B, O)"""
    h, da = rows(h), rows(da)
    np.matmul(h.T, da, out=gradients[name])  # (I, O)
    np.sum(da, axis=0, out=gradients[name.replace("W", "b", 1)])  # (O,)


def hidden_layers(parameters, gradients, prefix, outputs, activation, dh):
    """Backpropagate from the last output to the first input.  (B, H) -> (B, inputs)"""
    for layer in range(len(outputs) - 1, 0, -1):
        name = f"{prefix}_W{layer}"
        da = dh * SLOPES[activation](outputs[layer])  # h = f(a)
        weights(gradients, name, outputs[layer - 1], da)
        if layer > 1 or prefix == "decoder":  # pixels need no derivative
            dh = np.matmul(da, parameters[name].T)
    return dh


def encode(parameters, gradients, outputs, activation, dmu, dlogvar):
    """Backpropagate from mu and logvar to the encoder's weights.  (B, Z), (B, Z)"""
    h = outputs[-1]
    weights(gradients, "W_mu", h, dmu)
    weights(gradients, "W_logvar", h, dlogvar)
    # mu and logvar both depend on h, so their two derivatives add up.  (B, H)
    dh = np.matmul(dmu, parameters["W_mu"].T)
    dh += np.matmul(dlogvar, parameters["W_logvar"].T)
    hidden_layers(parameters, gradients, "encoder", outputs, activation, dh)


def reparameterize(logvar, eps, dz):
    """z = mu + exp(logvar / 2) eps: dmu = dz, dlogvar = dz exp(logvar / 2) eps / 2."""
    return dz, dz * np.exp(0.5 * logvar) * eps * 0.5


def decode(parameters, gradients, outputs, activation, dlogits):
    """Backpropagate from the logits to the decoder weights and z.  (B, D) -> (B, Z)"""
    weights(gradients, "W_logits", outputs[-1], dlogits)
    dh = np.matmul(dlogits, parameters["W_logits"].T)  # (B, H)
    return hidden_layers(parameters, gradients, "decoder", outputs, activation, dh)


def log_likelihood(logits, x):
    """d log p(x|z) / d logits = x - sigmoid(logits).  (B, D), (B, D) -> (B, D)

    The slope of softplus is sigmoid: what remains is the pixel minus its probability.
    """
    return x - sigmoid(logits)


def kl_divergence(mu, logvar):
    """dKL/dmu = mu, dKL/dlogvar = (exp(logvar) - 1) / 2.  2 x (B, Z) -> 2 x (B, Z)"""
    return mu, 0.5 * (np.exp(logvar) - 1)


def elbo(parameters, gradients, x, eps, activation):
    """Return the mean ELBO; write dL into `gradients`.  (B, D), (B, Z)"""
    # Forward, as model.elbo does, but each layer's output is kept.
    encoder, mu, logvar = encoded(parameters, x, activation)
    z = model.reparameterize(mu, logvar, eps)
    decoder, logits = decoded(parameters, z, activation)
    elbo = model.log_likelihood(logits, x) - model.kl_divergence(mu, logvar)

    # Backward: L = -(log p(x|z) - KL), averaged over the B images.
    B = len(x)
    dlogits = log_likelihood(logits, x) / -B
    dz = decode(parameters, gradients, decoder, activation, dlogits)
    dmu, dlogvar = reparameterize(logvar, eps, dz)
    dmu_kl, dlogvar_kl = kl_divergence(mu, logvar)
    dmu, dlogvar = dmu + dmu_kl / B, dlogvar + dlogvar_kl / B
    encode(parameters, gradients, encoder, activation, dmu, dlogvar)
    return np.mean(elbo)


def importance_weighted_bound(parameters, gradients, x, eps, activation, path=False):
    """Return the mean bound; write dL for each parameter into `gradients`.

    If `path`, the encoder's gradient is that of bound.path_bound, each draw's part
    multiplied by its share once more.  (B, D), (K, B, Z)
    """
    # Forward, as in bound.py, but each layer's output is kept.
    encoder, mu, logvar = encoded(parameters, x, activation)
    z = model.reparameterize(mu, logvar, eps)  # (K, B, Z)
    decoder, logits = decoded(parameters, rows(z), activation)
    logits = logits.reshape(*z.shape[:2], -1)  # (K, B, D)
    log_pz_qz = 0.5 * np.sum(eps**2 + logvar - z**2, axis=-1)
    log_w = model.log_likelihood(logits, x) + log_pz_qz  # (K, B)
    w = np.exp(log_w - np.max(log_w, axis=0))
    bound = np.max(log_w, axis=0) + np.log(np.mean(w, axis=0))

    # Backward: the slope of log sum exp is the share of each draw's weight in the sum.
    share = (w / np.sum(w, axis=0))[..., None]  # (K, B, 1)
    dlog_w = share / -len(x)
    dlogits = dlog_w * log_likelihood(logits, x)
    dz = decode(parameters, gradients, decoder, activation, rows(dlogits))
    dz = dz.reshape(z.shape) - dlog_w * z  # of log p(x|z), and of log p(z)
    if path:  # where -log q(z|x) changes with z alone, by eps / sigma
        dz = share * (dz + dlog_w * eps * np.exp(-0.5 * logvar))
    dmu, dlogvar = reparameterize(logvar, eps, dz)
    if not path:
        dlogvar += 0.5 * dlog_w  # of -log q(z|x)
    # An image's K draws share its posterior, so their derivatives add up.
    dmu, dlogvar = np.sum(dmu, axis=0), np.sum(dlogvar, axis=0)
    encode(parameters, gradients, encoder, activation, dmu, dlogvar)
    return np.mean(bound)


def elbo_of_one_draw(parameters, gradients, x, eps, activation):
    """As bound.elbo_of_one_draw, with dL into `gradients`.  (B, D), (1, B, Z)"""
    return elbo(parameters, gradients, x, eps[0], activation)


def of(settings):
    """As bound.of.  By hand, one function has the path gradient of any K."""
    if settings.gradient == "path":
        return partial(importance_weighted_bound, path=True)
    one_draw = settings.importance_samples == 1
    return elbo_of_one_draw if one_draw else importance_weighted_bound


def encoded(parameters, x, activation):
    """Do as model.encode; keep each layer's output.  -> [(B, H), ...], 2 x (B, Z)"""
    outputs = layers(parameters, "encoder", x, activation)
    mu = np.matmul(outputs[-1], parameters["W_mu"]) + parameters["b_mu"]
    logvar = np.matmul(outputs[-1], parameters["W_logvar"]) + parameters["b_logvar"]
    return outputs, mu, logvar


def decoded(parameters, z, activation):
    """Do as model.decode; keep each layer's output.  -> [(B, H), ...], (B, D)"""
    outputs = layers(parameters, "decoder", z, activation)
    return outputs, np.matmul(outputs[-1], parameters["W_logits"]) + parameters[
        "b_logits"
    ]


def layers(parameters, prefix, h, activation):
    """Do as model.hidden_layers; keep the input and all outputs.  -> [(B, H), ...]"""
    outputs = [h]
    for W, b in model.layers(parameters, prefix):
        a = np.matmul(outputs[-1], W)
        a += b
        outputs.append(activation(a))
    return outputs
