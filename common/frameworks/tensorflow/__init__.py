"""TensorFlow for any model: how it is imported without its notices."""

import logging
import os
import sys

from common import UserError
from common.frameworks import check_threads, import_afresh, silence

LIBRARIES = ("tensorflow", "keras")
CORES = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()


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
        check_threads(12 + 6 * CORES)  # as many as training was seen to start
    with silence():
        import tensorflow  # noqa: F401

        import_afresh("keras")
    from keras import config

    if config.backend() != "tensorflow":
        text = f"Keras was imported with KERAS_BACKEND={config.backend()}"
        raise UserError(f"{text}: import this package before keras")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # after TensorFlow's own


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
