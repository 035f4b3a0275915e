"""The game once more, in float64 NumPy, without a framework's gradients."""

import numpy as np

from tests.reference import ACTIVATIONS, hidden_layers

SLOPES = {
    "leaky_relu": lambda a: np.where(a > 0, 1, 0.2),
    "tanh": lambda a: 1 - np.tanh(a) ** 2,
}


def generate(p, z, activation):
    """Images, each value in (0, 1).  (B, Z) -> (B, D)"""
    h = hidden_layers(p, "generator", z, activation)
    return 1 / (1 + np.exp(-h @ p["generator_W_logits"] - p["generator_b_logits"]))


def discriminate(p, x, activation):
    """Log-odds that each image is real.  (B, D) -> (B,)"""
    h = hidden_layers(p, "discriminator", x, activation)
    return (h @ p["discriminator_W_logit"] + p["discriminator_b_logit"])[:, 0]


def slope(p, x, activation):
    """The gradient of each logit with respect to x.  (B, D) -> (B, D)"""
    h, layers = x, []
    while f"discriminator_W{len(layers) + 1}" in p:
        W, b = (p[f"discriminator_{kind}{len(layers) + 1}"] for kind in "Wb")
        layers.append((W, SLOPES[activation](h @ W + b)))
        h = ACTIVATIONS[activation](h @ W + b)
    back = np.broadcast_to(p["discriminator_W_logit"][:, 0], h.shape)
    for W, slopes in reversed(layers):
        back = back * slopes @ W.T
    return back


def discriminator_loss(p, x, z, activation):
    """Mean loss of a batch."""
    real, generated = (
        1 / (1 + np.exp(-discriminate(p, images, activation)))
        for images in (x, generate(p, z, activation))
    )
    return -np.mean(np.log(real) + np.log(1 - generated))


def gradient_penalty(p, x, activation):
    """Mean penalty of a batch."""
    return np.mean((slope(p, x, activation) ** 2).sum(axis=1)) / 2


def generator_loss(p, z, activation):
    """Mean loss of a batch."""
    logit = discriminate(p, generate(p, z, activation), activation)
    return -np.mean(np.log(1 / (1 + np.exp(-logit))))
