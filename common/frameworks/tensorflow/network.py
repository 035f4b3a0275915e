"""What every network in TensorFlow has: variables, Adam, compiled functions."""

import functools
import threading

import keras
import numpy as np
import tensorflow as tf

from common import UserError, batches
from common.frameworks.parameters import Parameters

sigmoid = tf.sigmoid


def leaky_relu(h):
    """h above 0, 0.2 h below, so that no unit is deaf to the gradient."""
    return tf.maximum(0.2 * h, h)


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

    Adam = Adam
    activations = {"leaky_relu": leaky_relu, "relu": tf.nn.relu, "tanh": tf.tanh}

    def __init__(self, parameters, settings, **options):
        if not tf.executing_eagerly():
            text = "TensorFlow's eager execution is off, and this program needs it"
            cure = "leave out disable_eager_execution, disable_v2_behavior or the Graph"
            raise UserError(f"{text}: {cure}")
        super().__init__(parameters, settings, **options)
        moments = [v.value for a in self.adams.values() for v in a.keras.variables]
        self.variables = [*self.parameters.values(), *moments]

    def __init_subclass__(cls):
        """What is a tf.function in a package becomes one for all networks."""
        for name, function in list(vars(cls).items()):
            if isinstance(function, tf.types.experimental.GenericFunction):
                setattr(cls, name, Shared(function))

    def variable(self, array, name=""):
        """A variable of TensorFlow."""
        return tf.Variable(array, name=name)

    def read(self, variable):
        """A copy of its array."""
        return as_array(variable)

    def renewed(self, variable, array):
        """The same variable with another array."""
        variable.assign(array)
        return variable


class Shared:
    """A tf.function of a method, traced once for all networks of the same kind.

    XLA never frees what it has compiled, so fit after fit would take more memory.  A
    trace holds the variables of the network that came first; each call gives its own.
    """

    def __init__(self, function):
        self.function, self.lock = function, threading.Lock()
        self.python_function = function.python_function
        self.traces = {}  # kind, specs of the arguments: function, network, places

    def __get__(self, network, owner=None):
        """The method of a network."""
        return self if network is None else functools.partial(self, network)

    def __call__(self, network, *arrays, **named):
        """Call it with the variables of this network."""
        arrays, named = tf.nest.map_structure(tf.convert_to_tensor, (arrays, named))
        key = network.kind, *((a.shape, a.dtype) for a in [*arrays, *named.values()])
        with self.lock:
            if key not in self.traces:
                trace = self.function.get_concrete_function(network, *arrays, **named)
                handles = [id(variable.handle) for variable in network.variables]
                places = [handles.index(id(used)) for used in trace.captured_inputs]
                self.traces[key] = trace, network, places
            trace, _, places = self.traces[key]
            trace.set_external_captures([network.variables[p].handle for p in places])
            with tf.init_scope():  # no GradientTape of others watches
                return trace(*arrays, **named)


def as_array(tensor):
    """A copy of its array; TensorFlow 2.21 has another way that NumPy 2 warns of."""
    return np.array(tensor.numpy())


def compiled(method, **options):
    """A method as a tf.function: float32 tensors in it, arrays outside."""
    function = Shared(tf.function(method, **options))

    @functools.wraps(method)
    def call(self, *arrays, **named):
        arrays = [tf.cast(array, tf.float32) for array in arrays]
        named = {name: tf.cast(array, tf.float32) for name, array in named.items()}
        return tf.nest.map_structure(as_array, function(self, *arrays, **named))

    return call


def for_each_image(method):
    """A method of one image, compiled and mapped over all images."""

    @functools.wraps(method)
    def of_all(self, x, eps):
        def of_one(image):
            return method(self, *image)

        return tf.map_fn(of_one, (x, eps), fn_output_signature=tf.float32)

    return compiled(of_all, jit_compile=True)


def padded(*arrays):
    """Add empty steps up to CHUNK: one shape for all, compiled once.  (S, ...)"""
    return [batches.filled_up(array, batches.CHUNK) for array in arrays]
