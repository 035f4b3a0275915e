"""What NumPy lacks: softplus and sigmoid beside float64, Adam beside Keras's."""

import numpy as np

from common.frameworks import numpy as framework
from common.settings import Settings
from tests.frameworks.adam import OfAdam

NUMBERS = np.linspace(-87, 87, 1_000_001).astype("f4")
ULP = 2.0**-23


def relative_error(function, expected):
    """Of a function of float32, which warns of nothing, beside one of float64."""
    with np.errstate(all="raise", under="ignore"):
        found = function(NUMBERS)
    assert found.dtype == np.float32
    return abs(found / expected(NUMBERS.astype("f8")) - 1).max()


def test_softplus_and_sigmoid():
    error = relative_error(framework.softplus, lambda a: np.logaddexp(0, a))
    assert error < 10 * ULP  # NumPy's own log is right to 4
    assert relative_error(framework.sigmoid, lambda a: 1 / (1 + np.exp(-a))) < 10 * ULP


def test_where_the_exponential_is_infinite():
    far = np.array([-1e4, -100, 100, 1e4], "f4")
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(framework.softplus(far), [0, 0, 100, 1e4], atol=1e-9)
        np.testing.assert_array_equal(framework.sigmoid(far), [0, 0, 1, 1])
    assert np.isnan(framework.softplus(np.float32([np.nan]))).all()


def test_the_doctor_is_told_the_speed():
    assert framework.describe().endswith(" GFLOP/s")


class TestAdam(OfAdam):
    def start(self, w, *betas):
        weights = {"w": w.copy()}
        ours = framework.Adam(weights, *betas)

        def step(g, rate):
            ours.apply({"w": g}, weights, rate)
            return weights["w"].copy(), ours.m["w"], ours.v["w"]

        return step


def test_a_network_shares_no_array_with_the_world():
    given = {"W_z": np.ones((2, 3), "f4")}
    network = framework.Network(given, Settings())
    before = network.state()
    network.adam.apply({"W_z": np.ones((2, 3), "f4")}, network.parameters, 0.1)
    assert given["W_z"].min() == before["W_z"].min() == 1 > network.state()["W_z"].max()
    network.load_state(before)
    network.parameters["W_z"] += 1
    assert before["W_z"].max() == 1
    assert network.state()["adam_step"] == before["adam_step"] == 0
