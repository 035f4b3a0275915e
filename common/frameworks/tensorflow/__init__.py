"""TensorFlow for any model: how it is imported without its notices."""

import contextlib
import ctypes
import importlib
import logging
import os
import sys

from common import UserError
from common.frameworks import silence

MMAP_THRESHOLD = -3  # malloc.h
LIBRARIES = ("tensorflow", "keras")
REQUIREMENTS = {
    "3.11": "requirements.txt",
    "3.12": "requirements-tf.txt",
    "3.13": "requirements-tf.txt",
}
NEEDS_COMPILER = False


def prepare():
    """Choose what must be chosen before TensorFlow is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if sys.platform == "linux":
        _give_back_large_arrays()


def _give_back_large_arrays():
    """Have free memory of a megabyte and more go back to the system at once.

    glibc keeps more and more of it, beside the 0.2 GB that XLA's compiler leaves.
    """
    with contextlib.suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, 2**20)


def load():
    """Import TensorFlow while standard error leads nowhere.

    Its C++ prints notices whatever one sets.  UserError if it is not there, or broken.
    """
    try:
        with silence(2):
            importlib.import_module("tensorflow")
    except ImportError as error:
        what = str(error).strip().splitlines()[0]
        raise UserError(
            f"TensorFlow does not start ({what}): install what requirements.txt names "
            "(Python 3.12 and 3.13: requirements-tf.txt)"
        ) from None
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
