"""What NumPy lacks: softplus and sigmoid beside float64, Adam beside Keras's."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.frameworks import numpy as framework
from common.settings import Settings

NUMBERS = np.linspace(-87, 87, 1_000_001).astype("f4")
ULP = 2.0**-23


def relative_error(function, expected):
    """Of a function of float32, which warns of nothing, beside one of float64."""
    with np.errstate(all="raise", under="ignore"):
        found = function(NUMBERS)
    assert found.dtype == np.float32
    return abs(found / expected(NUMBERS.astype("f8")) - 1).max()


def test_softplus():
    error = relative_error(framework.softplus, lambda a: np.logaddexp(0, a))
    assert error < 10 * ULP  # NumPy's own log is right to 4


def test_sigmoid():
    assert relative_error(framework.sigmoid, lambda a: 1 / (1 + np.exp(-a))) < 10 * ULP


def test_where_the_exponential_is_infinite():
    far = np.array([-1e4, -100, 100, 1e4], "f4")
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(framework.softplus(far), [0, 0, 100, 1e4], atol=1e-9)
        np.testing.assert_array_equal(framework.sigmoid(far), [0, 0, 1, 1])
    assert np.isnan(framework.softplus(np.float32([np.nan]))).all()


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9)])
def test_adam_is_keras_adam(rng, betas):
    scales = 10.0 ** np.arange(-8, 5)  # from far below epsilon to far above
    gradients = (rng.standard_normal((50, 13)) * scales).astype("f4")
    ours = {"w": np.zeros(13, "f4")}
    adam = framework.Adam(ours, *betas)
    weight = tf.Variable(ours["w"])
    of_keras = keras.optimizers.Adam(beta_1=betas[0], beta_2=betas[1])
    rates = 0
    for i, g in enumerate(gradients):
        rate = np.float32(0.003 / (1 + i))
        rates += rate
        of_keras.learning_rate = rate
        of_keras.apply([tf.constant(g)], [weight])
        adam.apply({"w": g}, ours, rate)
        # float32 carries seven digits; a step is at most about the rate.
        np.testing.assert_allclose(ours["w"], weight, rtol=1e-5, atol=1e-5 * rates)
    step, _, m, v = (np.array(variable) for variable in of_keras.variables)
    assert adam.step == step
    np.testing.assert_allclose(adam.m["w"] / scales, m / scales, atol=1e-6)
    np.testing.assert_allclose(adam.v["w"], v, rtol=1e-5)


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


def test_a_gradient_that_ends_leaves_no_denormals():
    """Which take some processors a hundred times as long.  Nothing else changes."""
    ours = {"w": np.zeros(2, "f4")}
    adam = framework.Adam(ours)
    adam.apply({"w": np.array([1, 1e-3], "f4")}, ours, 0.1)
    w, m = ours["w"].astype("f8"), adam.m["w"].astype("f8")
    v = adam.v["w"].astype("f8")
    for step in range(2, 1001):
        m, v = 0.9 * m, 0.999 * v
        w -= 0.1 * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step) * m / (v**0.5 + 1e-7)
        adam.apply({"w": np.zeros(2, "f4")}, ours, 0.1)
    np.testing.assert_allclose(ours["w"], w, rtol=1e-5)
    assert m.min() < np.finfo("f4").tiny  # what it would have been
    np.testing.assert_array_equal(adam.m["w"], 0)
    np.testing.assert_allclose(adam.v["w"], v, rtol=1e-3)
