"""What the pages say of each model's functions, a file for each model."""

import importlib

import numpy as np

SYMBOLS = {  # a symbol of the formulas: its name in the code
    r"\ell": "logits",
    "x": "x",
    "z": "z",
    "h": "h",
    "W": "W",
    "b": "b",
    "a": "activation",
}


def of(model):
    """The lesson on the model of that name; None if there is none yet."""
    try:
        return importlib.import_module(f"{__name__}.{model}")
    except ModuleNotFoundError:
        return None


def drawn(settings, shape, rng):
    """Parameters away from their start, for images of that shape.  (B, D)"""
    parameters = settings.initial(rng.integers(0, 256, shape, np.uint8))
    for name, value in parameters.items():
        parameters[name] = value + 0.1 * rng.standard_normal(value.shape, np.float32)
    return parameters
