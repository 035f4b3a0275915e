"""What a page says of the GAN's functions: formulas, inputs to try them on."""

import numpy as np

from common.models.gan import Settings
from tools import lessons

PIXELS, BATCH = 784, 8
STRUCTURES = (  # what the drawn networks have; their numbers are new each time
    {"hidden": (40,), "latent_dim": 5, "activation": "leaky_relu"},
    {"hidden": (30, 20), "latent_dim": 2, "activation": "tanh"},
)

NETWORKS = {  # that the explorer computes: their layers, the last one, its activation
    "decode": ("generator", "generator_W_logits", "sigmoid"),
}
FORMULAS = {  # of the functions in model.py, and of the Network's methods
    "hidden_layers": r"h_{k} = a(h_{k-1} W_{k} + b_{k}), \quad a = "
    r"\text{leaky relu (} \max(0.2\,h, h) \text{), relu or tanh}",
    "generate": r"\ell = h W_\ell + b_\ell, \quad G(z) = \text{sigmoid}(\ell)",
    "discriminate": r"D(x) = \text{sigmoid}(h W + b)",
    "discriminator_loss": r"-\log\,D(x) - \log(1 - D(G(z)))",
    "generator_loss": r"-\log\,D(G(z))",
    "gradient_penalty": r"\frac{1}{2} \sum_{i} g_i^2, \quad "
    r"g = \nabla_x \log\,\frac{D(x)}{1 - D(x)}",
    "Network._train": r"\theta \leftarrow \text{Adam}(\theta, \, \nabla_\theta L)",
}


def arguments(structure, rng):
    """Drawn values of everything that a function of model.py takes, by its name."""
    settings = Settings(**structure)
    parameters = lessons.drawn(settings, (BATCH, PIXELS), rng)
    x = rng.random((BATCH, PIXELS), np.float32)
    return {
        "settings": settings,  # of a network that is trained with them
        "parameters": parameters,
        "prefix": "discriminator",
        "activation": settings.activation,
        "x": x,
        "h": x,
        "z": rng.standard_normal((BATCH, settings.latent_dim), np.float32),
        "logit_real": 3 * rng.standard_normal(BATCH, np.float32),
        "logit_generated": 3 * rng.standard_normal(BATCH, np.float32),
        "slope_real": rng.standard_normal(x.shape, np.float32),
    }
