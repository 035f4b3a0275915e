"""What every network in TensorFlow has: variables, Adam, compiled functions."""

import functools

import keras
import numpy as np
import tensorflow as tf

from common import batches
from common.frameworks.parameters import Parameters

sigmoid = tf.sigmoid


def leaky_relu(h):
    """h above 0, 0.2 h below, so that no unit is deaf to the gradient."""
    return tf.maximum(0.2 * h, h)


ACTIVATIONS = {"leaky_relu": leaky_relu, "relu": tf.nn.relu, "tanh": tf.tanh}


class Adam:
    """Keras's Adam, whose moments go by the names of the parameters."""

    def __init__(self, parameters, beta_1=0.9, beta_2=0.999):
        self.keras = keras.optimizers.Adam(beta_1=beta_1, beta_2=beta_2)
        self.keras.build([*parameters.values()])
        self.step = self.keras.iterations
        moments = self.keras.variables[2:]  # after the step and the learning rate
        self.m = dict(zip(parameters, moments[::2], strict=True))
        self.v = dict(zip(parameters, moments[1::2], strict=True))

    def apply(self, gradients, parameters, learning_rate):
        """Change the parameters by one step.  2 x {name: array}, ()"""
        self.keras.learning_rate.assign(learning_rate)
        self.keras.apply([gradients[n] for n in parameters], [*parameters.values()])


class Network(Parameters):
    """Parameters as variables, and Keras's Adam."""

    activations, Adam = ACTIVATIONS, Adam

    def variable(self, array, name=""):
        """A variable of TensorFlow."""
        return tf.Variable(array, name=name)

    def read(self, variable):
        """A copy of its array."""
        return _array(variable)

    def renewed(self, variable, array):
        """The same variable with another array."""
        variable.assign(array)
        return variable


def _array(tensor):
    return np.array(tensor.numpy())


def compiled(method, **options):
    """A method as a tf.function: float32 tensors in it, arrays outside."""
    function = tf.function(method, **options)

    @functools.wraps(method)
    def call(self, *arrays, **named):
        bound = function.__get__(self, type(self))  # each network has its own
        arrays = [tf.cast(array, tf.float32) for array in arrays]
        named = {name: tf.cast(array, tf.float32) for name, array in named.items()}
        return tf.nest.map_structure(_array, bound(*arrays, **named))

    return call


def for_each_image(method):
    """A method of one image, compiled and mapped over all images.

    Then what one image is decoded to fits in the cache.
    """

    @functools.wraps(method)
    def of_all(self, x, eps):
        def of_one(image):
            return method(self, *image)

        return tf.map_fn(of_one, (x, eps), fn_output_signature=tf.float32)

    return compiled(of_all, jit_compile=True)


def padded(*arrays):
    """Add empty steps up to CHUNK: one shape for all, compiled once.  (S, ...)"""
    return [batches.filled_up(array, batches.CHUNK) for array in arrays]
