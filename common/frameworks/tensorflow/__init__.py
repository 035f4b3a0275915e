"""TensorFlow for any model: how it is imported without its notices."""

import logging
import os
import sys
import threading

from common import UserError, machine
from common.frameworks import import_afresh, silence

LIBRARIES = ("tensorflow", "keras")
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1"}


def prepare():
    """Choose what must be chosen before TensorFlow is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # others need some, too
    os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")  # products in full float32
    os.environ["KERAS_BACKEND"] = "tensorflow"
    for name in ("XLA_FLAGS", "TF_XLA_FLAGS"):  # one that XLA does not know ends it
        os.environ.pop(name, None)


def load():
    """Import TensorFlow, whose C++ prints notices whatever one sets."""
    if "tensorflow" not in sys.modules:
        _check_threads(12 + 6 * machine.processors())  # as training was seen to start
    with silence():
        import tensorflow  # noqa: F401

        import_afresh("keras")
    from keras import config

    if config.backend() != "tensorflow":
        text = f"Keras was imported with KERAS_BACKEND={config.backend()}"
        raise UserError(f"{text}: import this package before keras")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # after TensorFlow's own


def _check_threads(count):
    """UserError if so many cannot be started, for which C++ would end the process."""
    end = threading.Event()
    try:
        for _ in range(count):
            threading.Thread(target=end.wait).start()
    except RuntimeError:
        text = f"fewer than {count} threads can be started, which TensorFlow needs here"
        raise UserError(f"{text} (ulimit -u, or pids.max of a container)") from None
    finally:
        end.set()


def device():
    """What it computes on: cpu or gpu."""
    import tensorflow as tf

    return "gpu" if tf.config.list_physical_devices("GPU") else "cpu"


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name."""
    import tensorflow as tf

    compiled = tf.function(function)

    def call(**arrays):
        return tf.nest.map_structure(lambda t: t.numpy(), compiled(**arrays))

    return call
