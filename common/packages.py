"""What the name of a package says: vae_tf holds the model vae in one framework."""

import importlib
from importlib.metadata import version
from pathlib import Path

from common import models

ROOT = Path(__file__).parent.parent


def model_of(package):
    """The Model that a package holds."""
    return models.find(package.partition("_")[0])


def of_model(name):
    """The packages that hold a model, one for each framework."""
    return sorted(path.parent.name for path in ROOT.glob(f"{name}_*/model.py"))


def has(package, program):
    """Whether there is `python -m PACKAGE.PROGRAM`."""
    return (ROOT / package / f"{program}.py").is_file()


def estimator(package):
    """The class that a package exports.  Imports its framework, which takes seconds."""
    return getattr(importlib.import_module(package), model_of(package).estimator)


def versions(package):
    """The versions of NumPy and of what the package computes with.  name -> version"""
    libraries = ["numpy", *importlib.import_module(package).LIBRARIES]
    return {name: version(name) for name in libraries}
