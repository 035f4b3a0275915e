"""Every network is what `common.frameworks.Network` promises."""

import inspect

import numpy as np
import pytest

from common import batches, frameworks, packages
from common.frameworks.parameters import Parameters
from tests.conftest import PACKAGES, make_settings

EACH = pytest.mark.parametrize("package", PACKAGES)
PROMISED = {
    name: inspect.signature(function).parameters
    for owner in (frameworks.Network, Parameters)
    for name, function in vars(owner).items()
    if inspect.isfunction(function) and name[0] != "_"
}


@EACH
def test_methods_and_the_names_of_their_arguments(package):
    network = packages.estimator(package).Network
    settings = make_settings(packages.model_of(package).name)
    noise = set(settings.noise((), np.random.default_rng(0)))
    assert network.parallel in ("threads", "processes", None)
    for method, promised in PROMISED.items():
        ours = inspect.signature(getattr(network, method)).parameters
        names = set(promised) - {"noise"} | (noise if "noise" in promised else set())
        assert names <= set(ours), method
        further = [ours[name] for name in set(ours) - names]
        assert all(p.default is not p.empty for p in further), method


@pytest.mark.compiles
@EACH
def test_training_goes_on_from_a_state(digits, package):
    """Exactly, in another network; and pixels may be uint8 or float32."""
    model = packages.model_of(package)
    small = {"hidden": (8,), "latent_dim": 2, "batch_size": 50}
    settings = make_settings(model.name, **small, binarize="threshold")
    make = packages.estimator(package).Network
    one, other = (make(settings.initial(digits.train_images), settings) for _ in "12")
    chunk = next(batches.chunks(digits.train_images, settings, 1))
    chunk["learning_rates"] = batches.learning_rates(settings, len(chunk["x"]), 1)
    assert set(one.train(**chunk)) == set(model.training_sums)
    state = one.state()
    other.load_state(state)
    floats = chunk | {"x": chunk["x"].astype(np.float32)}
    assert one.train(**chunk) == other.train(**floats)
    for name, array in one.state().items():
        np.testing.assert_array_equal(array, other.state()[name], err_msg=name)
        assert array.dtype == (np.int64 if name.startswith("adam_step") else np.float32)
        assert (array != state[name]).any()
