"""The game once more, in float64 NumPy, without a framework's gradients."""

import numpy as np

SLOPES = {
    "leaky_relu": lambda h: np.where(h > 0, 1, 0.2),
    "tanh": lambda h: 1 - np.tanh(h) ** 2,
}
ACTIVATIONS = {
    "leaky_relu": lambda h: np.where(h > 0, h, 0.2 * h),
    "tanh": np.tanh,
}


def generate(p, z, activation):
    """Images, each value in (0, 1).  (B, Z) -> (B, D)"""
    h = _hidden(p, "generator", z, activation)[-1]
    logits = h @ p["generator_W_logits"] + p["generator_b_logits"]
    return 1 / (1 + np.exp(-logits))


def discriminate(p, x, activation):
    """Logits, and their gradients with respect to x.  (B, D) -> (B,), (B, D)"""
    *inputs, h = _hidden(p, "discriminator", x, activation)
    W = p["discriminator_W_logit"]
    slope = np.broadcast_to(W[:, 0], (len(x), len(W)))
    for layer in range(len(inputs), 0, -1):
        W1, b1 = p[f"discriminator_W{layer}"], p[f"discriminator_b{layer}"]
        slope = slope * SLOPES[activation](inputs[layer - 1] @ W1 + b1) @ W1.T
    return (h @ W + p["discriminator_b_logit"])[:, 0], slope


def discriminator_loss(p, x, z, activation, penalty):
    """Mean loss of a batch, and the mean loss with the penalty."""
    real, slope = discriminate(p, x, activation)
    generated, _ = discriminate(p, generate(p, z, activation), activation)
    D_real, D_generated = (1 / (1 + np.exp(-logit)) for logit in (real, generated))
    loss = -np.mean(np.log(D_real) + np.log(1 - D_generated))
    return loss, loss + penalty / 2 * np.mean((slope**2).sum(axis=1))


def generator_loss(p, z, activation):
    """Mean loss of a batch."""
    logit, _ = discriminate(p, generate(p, z, activation), activation)
    return -np.mean(np.log(1 / (1 + np.exp(-logit))))


def finite_difference(function, parameters, player, step=1e-6):
    """Central differences along each number of a player.  -> {name: array}"""
    gradient = {}
    for name, value in parameters.items():
        if not name.startswith(player):
            continue
        gradient[name] = np.zeros_like(value)
        for i in np.ndindex(value.shape):
            sides = []
            for sign in (1, -1):
                moved = value.copy()
                moved[i] += sign * step
                sides.append(function(parameters | {name: moved}))
            gradient[name][i] = (sides[0] - sides[1]) / (2 * step)
    return gradient


def play(parameters, steps, rate, activation, penalty):
    """Alternating Adam steps (Kingma & Ba 2015, algorithm 1) -> parameters after each.

    `steps` are (x, z of the discriminator's step, z of the generator's).
    """
    p = {name: np.asarray(value, np.float64) for name, value in parameters.items()}
    m, v = ({name: np.zeros_like(value) for name, value in p.items()} for _ in "mv")
    path = []
    for t, (x, z, other) in enumerate(steps, 1):
        for player in ("discriminator", "generator"):
            if player == "discriminator":

                def loss(p, x=x, z=z):
                    return discriminator_loss(p, x, z, activation, penalty)[1]
            else:

                def loss(p, z=other):
                    return generator_loss(p, z, activation)

            for name, g in finite_difference(loss, p, player).items():
                m[name] = 0.5 * m[name] + 0.5 * g
                v[name] = 0.999 * v[name] + 0.001 * g**2
                # Keras's epsilon, 1e-7, stands beside the uncorrected root.
                alpha = rate * np.sqrt(1 - 0.999**t) / (1 - 0.5**t)
                p = p | {name: p[name] - alpha * m[name] / (np.sqrt(v[name]) + 1e-7)}
        path.append(p)
    return path


def _hidden(p, prefix, h, activation):
    """The input, and what each hidden layer makes of it."""
    found, layer = [h], 1
    while f"{prefix}_W{layer}" in p:
        h = ACTIVATIONS[activation](
            h @ p[f"{prefix}_W{layer}"] + p[f"{prefix}_b{layer}"]
        )
        found.append(h)
        layer += 1
    return found
