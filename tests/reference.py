"""The models once more, in float64 NumPy and written to be checked by eye."""

import numpy as np
from scipy.special import logsumexp, softmax
from scipy.stats import norm

ACTIVATIONS = {
    "relu": lambda a: np.maximum(a, 0),
    "leaky_relu": lambda a: np.where(a > 0, a, 0.2 * a),
    "tanh": np.tanh,
}


def wide(values):
    """Arrays as float64, and those in dicts."""
    if isinstance(values, dict):
        return {name: wide(value) for name, value in values.items()}
    return values.astype("f8") if isinstance(values, np.ndarray) else values


def hidden_layers(parameters, prefix, h, activation):
    layer = 1
    while f"{prefix}_W{layer}" in parameters:
        a = h @ parameters[f"{prefix}_W{layer}"] + parameters[f"{prefix}_b{layer}"]
        h = ACTIVATIONS[activation](a)
        layer += 1
    return h


def encode(parameters, x, activation):
    h = hidden_layers(parameters, "encoder", x, activation)
    mu = h @ parameters["W_mu"] + parameters["b_mu"]
    return mu, h @ parameters["W_logvar"] + parameters["b_logvar"]


def reparameterize(mu, logvar, eps):
    return mu + np.sqrt(np.exp(logvar)) * eps


def decode(parameters, z, activation):
    h = hidden_layers(parameters, "decoder", z, activation)
    return h @ parameters["W_logits"] + parameters["b_logits"]


def log_likelihood(logits, x):
    """log sigmoid(l) = -log(1 + exp(-l)), by logaddexp.  (B, D), (B, D) -> (B,)"""
    log_on, log_off = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    return (x * log_on + (1 - x) * log_off).sum(axis=-1)


def kl_divergence(mu, logvar):
    """Kingma & Welling 2014, appendix B: -KL = sum(1 + log s^2 - mu^2 - s^2) / 2."""
    return -0.5 * (1 + logvar - mu**2 - np.exp(logvar)).sum(axis=-1)


def elbo_parts(parameters, x, eps, activation):
    mu, logvar = encode(parameters, x, activation)
    logits = decode(parameters, reparameterize(mu, logvar, eps), activation)
    return log_likelihood(logits, x), kl_divergence(mu, logvar)


def elbo(parameters, x, eps, activation):
    log_px_z, kl = elbo_parts(parameters, x, eps, activation)
    return log_px_z - kl


def log_weight(parameters, x, eps, activation):
    """log p(x|z) p(z) / q(z|x), density by density.  (B, D), (K, B, Z) -> (K, B)"""
    mu, logvar = encode(parameters, x, activation)
    sigma = np.exp(logvar / 2)
    z = mu + sigma * eps
    log_px_z = log_likelihood(decode(parameters, z, activation), x)
    return log_px_z + (norm.logpdf(z) - norm.logpdf(z, mu, sigma)).sum(axis=-1)


def importance_weighted_bound(parameters, x, eps, activation):
    log_w = log_weight(parameters, x, eps, activation)
    return logsumexp(log_w, axis=0) - np.log(len(eps))


path_bound = doubly_reparameterized_bound = importance_weighted_bound  # as values


def path_surrogate(parameters, held, x, eps, activation, power=2):
    """At `held`, its slope is the path gradient of the bound.

    Tucker et al. 2019: w_k multiplies the decoder's slope of log w_k, and the square of
    w_k that of z, where w_k is normalized.  (B, D), (K, B, Z) -> (B,)
    """

    def log_weight(encoder, decoder):
        z = reparameterize(*encode(encoder, x, activation), eps)
        mu, logvar = encode(held, x, activation)
        log_pz_qz = norm.logpdf(z) - norm.logpdf(z, mu, np.exp(logvar / 2))
        log_px_z = log_likelihood(decode(decoder, z, activation), x)
        return log_px_z + log_pz_qz.sum(axis=-1)

    w = softmax(log_weight(held, held), axis=0)
    log_w = log_weight(held, parameters), log_weight(parameters, held)
    return (w * log_w[0] + w**power * log_w[1]).sum(axis=0)


def autoencoder(parameters, x, activation):
    """Log-likelihood in nats, squared error per pixel of each image.  -> (B,), (B,)"""
    h = hidden_layers(parameters, "encoder", x, activation)
    z = ACTIVATIONS[activation](h @ parameters["W_z"] + parameters["b_z"])
    logits = decode(parameters, z, activation)
    error = x - 1 / (1 + np.exp(-logits))
    return log_likelihood(logits, x), (error**2).mean(axis=-1)


def gradient(loss, parameters, player="", step=1e-6):
    """Central differences along each number of a player.  -> {name: array}"""
    found = {}
    for name, value in parameters.items():
        if not name.startswith(player):
            continue
        found[name] = np.zeros_like(value)
        for i in np.ndindex(value.shape):
            change = np.zeros_like(value)
            change[i] = step
            up, down = (loss(parameters | {name: value + c}) for c in (change, -change))
            found[name][i] = (up - down) / (2 * step)
    return found


def play(parameters, steps, rates, beta_1=0.9, gradient=gradient):
    """Adam's steps (Kingma & Ba 2015, algorithm 1) -> parameters, first moments.

    `steps` are lists of pairs, (player, its loss): what one step of training does.
    """
    p = wide(parameters)
    m, v = ({name: np.zeros_like(value) for name, value in p.items()} for _ in "mv")
    for t, (moves, rate) in enumerate(zip(steps, rates, strict=True), 1):
        for player, loss in moves:
            for name, g in gradient(loss, p, player).items():
                m[name] = beta_1 * m[name] + (1 - beta_1) * g
                v[name] = 0.999 * v[name] + 0.001 * g**2
                # Keras's epsilon, 1e-7, stands beside the uncorrected root.
                alpha = rate * np.sqrt(1 - 0.999**t) / (1 - beta_1**t)
                p = p | {name: p[name] - alpha * m[name] / (np.sqrt(v[name]) + 1e-7)}
    return p, m


def relative(ours, expected):
    return np.linalg.norm(ours - expected) / np.linalg.norm(expected)


def assert_trains(network, chunk, moves, beta_1=0.9, gradient=gradient):
    """Training does what `play` does, two steps at rate 0 before two others.

    The former leave a share of each gradient in Adam's first moment.  `moves` takes the
    arrays of one step.  -> what the network returned for the former
    """
    p = wide({name: network.state()[name] for name in network.parameters})
    rates = np.array([0, 0, 0.005, 0.01], "f4")
    numbers = wide(chunk).items()
    steps = [moves(**{name: array[i] for name, array in numbers}) for i in range(4)]
    sums, states = [], []
    for call in (slice(2), slice(2, 4)):
        part = {name: array[call] for name, array in chunk.items()}
        sums.append(network.train(**part, learning_rates=rates[call]))
        states.append(network.state())
    _, moments = play(p, steps[:2], rates[:2], beta_1, gradient)
    expected, _ = play(p, steps, rates, beta_1, gradient)
    for name, value in p.items():
        np.testing.assert_array_equal(states[0][name], value)
        assert relative(states[0][f"adam_m_{name}"], moments[name]) < 1e-4
        assert relative(states[1][name] - value, expected[name] - value) < 1e-3, name
    return sums[0]
