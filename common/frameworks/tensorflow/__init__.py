"""TensorFlow for any model: how it is imported without its notices."""

import importlib
import logging
import os

from common.frameworks import silence

LIBRARIES = ("tensorflow", "keras")


def prepare():
    """Choose what must be chosen before TensorFlow is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only
    os.environ["KERAS_BACKEND"] = "tensorflow"


def load():
    """Import TensorFlow while standard error leads nowhere.

    Its C++ prints notices whatever one sets.
    """
    with silence(2):
        importlib.import_module("tensorflow")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # after TensorFlow's own
