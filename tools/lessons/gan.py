"""Inputs on which to try the GAN's functions."""

import numpy as np

from common.models.gan import Settings
from tools import lessons

PIXELS, BATCH = 784, 8
STRUCTURES = (  # what the drawn networks have; their numbers are new each time
    {"hidden": (40,), "latent_dim": 5, "activation": "leaky_relu"},
    {"hidden": (30, 20), "latent_dim": 2, "activation": "tanh"},
)


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
