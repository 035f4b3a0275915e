"""Adam of a framework that writes its own, beside Keras's."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose, assert_array_equal


def of_symbols(library, network):
    """The same for symbols, which a library compiles; `network` has Adam."""

    def start(w, *betas):
        weight, g = library.shared(w), library.tensor.fvector("g")
        rate = library.tensor.fscalar("rate")
        ours = network.Adam({"w": weight}, *betas)
        updates = ours.updates([g], {"w": weight}, rate)
        apply = library.function([g, rate], updates=updates)

        def step(g, rate):
            apply(g, rate)
            return [v.get_value() for v in (weight, ours.m["w"], ours.v["w"])]

        return step

    return start


class OfAdam:
    """`start(weights, *betas)` gives a function that takes a step -> weights, m, v"""

    @pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9)])
    def test_it_is_that_of_keras(self, rng, betas):
        scales = 10.0 ** np.arange(-8, 5)  # from far below epsilon to far above
        gradients = (rng.standard_normal((50, 13)) * scales).astype("f4")
        start = np.zeros(13, "f4")
        step, weight = self.start(start, *betas), tf.Variable(start)
        of_keras = keras.optimizers.Adam(beta_1=betas[0], beta_2=betas[1])
        rates = 0
        for i, g in enumerate(gradients):
            rate = np.float32(0.003 / (1 + i))
            rates += rate
            of_keras.learning_rate = rate
            of_keras.apply([tf.constant(g)], [weight])
            ours, m, v = step(g, rate)
            # float32 carries seven digits; a step is at most about the rate.
            assert_allclose(ours, weight.numpy(), rtol=1e-5, atol=1e-5 * rates)
        _, _, keras_m, keras_v = (variable.numpy() for variable in of_keras.variables)
        assert_allclose(m / scales, keras_m / scales, atol=1e-6)
        assert_allclose(v, keras_v, rtol=1e-5)

    def test_a_gradient_that_ends_leaves_no_denormals(self):
        """Which take some processors a hundred times as long.  Nothing else changes."""
        step, rate = self.start(np.zeros(2, "f4")), np.float32(0.1)
        w, m, v = (a.astype("f8") for a in step(np.array([1, 1e-3], "f4"), rate))
        for t in range(2, 1001):
            m, v = 0.9 * m, 0.999 * v
            w -= 0.1 * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t) * m / (v**0.5 + 1e-7)
            ours, ours_m, ours_v = step(np.zeros(2, "f4"), rate)
        assert 0 < m.min() < np.finfo("f4").tiny  # what it would have been
        assert_array_equal(ours_m, 0)
        assert_allclose(ours_v, v, rtol=1e-3)
        assert_allclose(ours, w, rtol=1e-5)
