"""What the name of a package says: vae_tf holds the model vae in one framework."""

import contextlib
import importlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from common import about

ROOT = Path(__file__).parent.parent


def model_of(package):
    """The About of the model that a package holds."""
    return about.find(package.partition("_")[0])


def every():
    """The names of all packages."""
    return sorted(path.parent.name for path in ROOT.glob("*_*/model.py"))


def has(package, program):
    """Whether there is `python -m PACKAGE.PROGRAM`."""
    return (ROOT / package / f"{program}.py").is_file()


def estimator(package):
    """The class that a package exports.  Imports its framework, which takes seconds."""
    return getattr(importlib.import_module(package), model_of(package).estimator)


def versions(package):
    """The versions of NumPy and of what the package computes with.  name -> version

    Without those installed under another name, as tensorflow-cpu.
    """
    framework = importlib.import_module(package).framework
    found = {}
    for name in ("numpy", *framework.LIBRARIES):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
