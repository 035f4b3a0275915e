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


def describe():
    """What `common.doctor` says of it.  -> {subject: text}"""
    import tensorflow as tf

    devices = [device.device_type for device in tf.config.list_physical_devices()]
    return {"tensorflow": f"{tf.__version__}, devices: {', '.join(devices)}"}


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name."""
    import tensorflow as tf

    return tf.function(function)
