"""PyTensor's own: its Adam beside Keras's, its relu."""

import numpy as np
import pytensor
import pytensor.tensor as T
import pytest

from common import batches, packages
from common.frameworks.pytensor.network import relu
from tests.conftest import make_settings
from tests.frameworks.adam import OfAdam, of_symbols
from vae_pytensor import Network  # whose door chooses float32

packages.estimator("vae_pytensor")  # which makes float32 the default


class TestAdam(OfAdam):
    start = staticmethod(of_symbols(pytensor, Network))


def test_relu_has_slope_0_at_0():
    h = T.fvector("h")
    slope = pytensor.function([h], [relu(h), pytensor.grad(T.sum(relu(h)), h)])
    values, slopes = slope(np.array([-2, 0, 3], "f4"))
    assert values.tolist() == [0, 0, 3]
    assert slopes.tolist() == [0, 0, 1]


FUNCTIONS = {
    "softplus": lambda x: np.logaddexp(0, x),
    "sigmoid": lambda x: np.exp(-np.logaddexp(0, -x)),
    "tanh": np.tanh,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_loops_of_vectors_are_right(name):
    """To an ulp, with NaN and infinity; float64 has PyTensor's own functions."""
    for dtype, ulp in {"float32": 2**-23, "float64": 2**-47}.items():
        x = T.vector("x", dtype=dtype)
        function = pytensor.function([x], getattr(T, name)(x))
        x = np.concatenate([np.linspace(-85, 85, 10_001), [0, 1e-30, -1e-30]])
        x = x.astype(dtype)
        expected = FUNCTIONS[name](x.astype(np.float64))
        np.testing.assert_allclose(function(x), expected, rtol=ulp)
        ends = np.array([np.nan, -np.inf, np.inf] * 9, dtype)
        with np.errstate(invalid="ignore"):
            np.testing.assert_array_equal(function(ends), FUNCTIONS[name](ends))


def test_networks_that_share_functions_keep_apart(digits, monkeypatch):
    """Trained in turn, each is as in NumPy; the second one compiles nothing."""
    images, states = digits.train_images[:100], []
    for package in ("vae_numpy", "vae_pytensor"):
        networks = []
        for seed in (1, 2):
            settings = make_settings(hidden=(5,), batch_size=20, random_state=seed)
            network = packages.estimator(package).Network
            networks.append(network(settings.initial(images), settings))
        for network in [*networks, *networks]:
            chunk = next(batches.chunks(images, network.settings, 1))
            rates = np.full(len(chunk["x"]), 0.01, "f4")
            network.train(**chunk, learning_rates=rates)
            if package == "vae_pytensor":
                monkeypatch.setattr(pytensor, "function", None)
        states.append([network.state() for network in networks])
    for theirs, ours in zip(*states, strict=True):
        for name, expected in theirs.items():
            np.testing.assert_allclose(ours[name], expected, rtol=2e-3, atol=2e-5)
