"""PyTensor's own: its Adam beside Keras's, its relu."""

import numpy as np
import pytensor
import pytensor.tensor as T

from common.frameworks.pytensor.network import relu
from tests.frameworks.adam import OfAdam
from vae_pytensor import Network  # whose door chooses float32


def adam(w, *betas):
    weight, g = pytensor.shared(w), T.fvector("g")
    rate = T.fscalar("rate")
    ours = Network.Adam({"w": weight}, *betas)
    apply = pytensor.function([g, rate], updates=ours.updates([g], {"w": weight}, rate))

    def step(g, rate):
        apply(g, rate)
        return [variable.get_value() for variable in (weight, ours.m["w"], ours.v["w"])]

    return step


class TestAdam(OfAdam):
    start = staticmethod(adam)


def test_relu_has_slope_0_at_0():
    h = T.fvector("h")
    slope = pytensor.function([h], [relu(h), pytensor.grad(T.sum(relu(h)), h)])
    values, slopes = slope(np.array([-2, 0, 3], "f4"))
    assert values.tolist() == [0, 0, 3]
    assert slopes.tolist() == [0, 0, 1]
