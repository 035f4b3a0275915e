"""Every network is what `common.frameworks.Network` promises."""

import importlib
import inspect

import numpy as np
import pytest

from common import frameworks, packages
from tests.conftest import PACKAGES, make_settings

PROMISED = {
    name: inspect.signature(function).parameters
    for name, function in vars(frameworks.Network).items()
    if inspect.isfunction(function) and (name == "__init__" or name[0] != "_")
}


def wanted(parameters, noise):
    """The names of arguments, with the model's own noise in the place of **noise."""
    names = set(parameters) - {"noise", "options"}
    return names | noise if "noise" in parameters else names


def test_what_is_promised():
    assert {"__init__", "compile", "train", "decode", "state"} <= set(PROMISED)
    assert wanted(PROMISED["train"], {"eps"}) == {"self", "x", "learning_rates", "eps"}


@pytest.mark.parametrize("package", PACKAGES)
def test_methods_and_the_names_of_their_arguments(package):
    network = importlib.import_module(package).Network
    about = packages.model_of(package)
    noise = set(about.noise((), make_settings(about.name), np.random.default_rng(0)))
    assert isinstance(network.releases_gil, bool)
    for method, parameters in PROMISED.items():
        ours = inspect.signature(getattr(network, method)).parameters
        names = wanted(parameters, noise)
        assert names <= set(ours), method
        further = [ours[name] for name in set(ours) - names - set(about.options)]
        assert all(p.default is not p.empty for p in further), method
