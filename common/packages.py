"""What the name of a package says: vae_tf holds the model vae in one framework."""

import contextlib
import importlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from common import __version__, models

ROOT = Path(__file__).parent.parent


def model_of(package):
    """The Settings of the model that a package holds, a class."""
    return models.find(package.partition("_")[0])


def every():
    """The names of all packages."""
    return sorted(path.parent.name for path in ROOT.glob("*_*/model.py"))


def estimator(package):
    """The class that a package exports.  Imports its framework, which takes seconds."""
    module = importlib.import_module(package)
    return getattr(module, module.__all__[0])


def versions(package):
    """Versions of this project, Python, NumPy and the framework.  -> {name: version}

    Without libraries installed under another name, as tensorflow-cpu.
    """
    framework = importlib.import_module(package).framework
    installed = {"vae-lecture": __version__, "python": platform.python_version()}
    for name in ("numpy", *framework.LIBRARIES):
        with contextlib.suppress(PackageNotFoundError):
            installed[name] = version(name)
    return installed
