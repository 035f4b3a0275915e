"""What the name of a package says: vae_tf holds the model vae in one framework."""

import contextlib
import importlib
import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import doorkeeper
from common import UserError, __version__, models

ROOT = Path(__file__).parent.parent


def model_of(package):
    """The Settings of the model that a package holds, a class."""
    return models.find(package.partition("_")[0])


def every():
    """The names of all packages."""
    return sorted(path.parent.name for path in ROOT.glob("*_*/model.py"))


def framework(package):
    """The name of its framework, as its door says it.  Imports nothing."""
    door = (ROOT / package / "__init__.py").read_text()
    return re.search(r'exports\("(\w+)"', door)[1]


def runnable():
    """The names of those whose framework is installed."""
    return [name for name in every() if not doorkeeper.lack(framework(name))]


def devices(package):
    """What its framework can compute on, as --device names it."""
    room = importlib.import_module(package).framework
    return ("cpu", "gpu") if hasattr(room, "NO_GPU") else ("cpu",)


def estimator(package, device=None):
    """The class that a package exports.  Imports its framework, which takes seconds.

    `device`, cpu or gpu, must be said before that; None: what is there.
    """
    module = importlib.import_module(package)
    if device == "cpu":
        os.environ |= getattr(module.framework, "NO_GPU", {})
    found = getattr(module, module.__all__[0])
    if device == "gpu" and module.framework.device() != "gpu":
        raise UserError(f"--device gpu: {package} finds no GPU on this machine")
    return found


def versions(package):
    """Versions of this project, Python, NumPy and the framework.  -> {name: version}"""
    room = importlib.import_module(package).framework
    installed = {"vae-lecture": __version__, "python": platform.python_version()}
    for name in ("numpy", *room.LIBRARIES):
        with contextlib.suppress(PackageNotFoundError):  # as of tensorflow-cpu
            installed[name] = version(name)
    return installed
