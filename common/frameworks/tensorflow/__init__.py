"""TensorFlow for any model: how it is imported without its notices."""

import importlib
import logging
import os

LIBRARIES = ("tensorflow", "keras")


def prepare():
    """Choose what must be chosen before TensorFlow is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only
    os.environ["KERAS_BACKEND"] = "tensorflow"


def load():
    """Import TensorFlow while standard error leads nowhere.

    Its C++ prints notices whatever one sets.
    """
    screen = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)
    try:
        importlib.import_module("tensorflow")
    finally:
        os.dup2(screen, 2)
        os.close(screen)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # after TensorFlow's own


def describe():
    """What `common.doctor` says of it.  -> {subject: text}"""
    import tensorflow as tf

    devices = [device.device_type for device in tf.config.list_physical_devices()]
    return {"tensorflow": f"{tf.__version__}, devices: {', '.join(devices)}"}
