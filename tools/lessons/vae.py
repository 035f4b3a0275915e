"""Inputs on which to try the VAE's functions."""

import numpy as np

from common.models.vae import Settings
from tools import lessons

PIXELS, BATCH = 196, 8  # the fewer, the smaller what their sums are rounded to
DRAWS = 3  # of z for each image
STRUCTURES = (  # what the drawn networks have; their numbers are new each time
    {"hidden": (40,), "latent_dim": 5, "activation": "relu"},
    {
        "hidden": (30, 20),
        "latent_dim": 2,
        "activation": "tanh",
        "importance_samples": DRAWS,
    },
)


def arguments(structure, rng):
    """Drawn values of everything that a function of model.py takes, by its name."""
    settings = Settings(**structure)
    parameters = lessons.drawn(settings, (BATCH, PIXELS), rng)
    code = BATCH, settings.latent_dim
    x = (rng.random((BATCH, PIXELS)) < 0.2).astype(np.float32)
    return {
        "settings": settings,  # of a network that is trained with them
        "parameters": parameters,
        "prefix": "encoder",
        "activation": settings.activation,
        "x": x,
        "h": x,
        "eps": rng.standard_normal((DRAWS, *code), np.float32),
        "share": np.full((DRAWS, *code), 1 / DRAWS, np.float32),
        "z": rng.standard_normal(code, np.float32),
        "mu": rng.standard_normal(code, np.float32),
        "logvar": rng.normal(-1, 1, code).astype(np.float32),
        "logits": 3 * rng.standard_normal(x.shape, np.float32),
    }
