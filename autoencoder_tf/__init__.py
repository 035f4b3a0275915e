"""The autoencoder in TensorFlow.  TensorFlow is imported when asked for."""

import logging
import os

from common.quiet import import_quietly

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only
logging.getLogger("tensorflow").setLevel(logging.ERROR)
os.environ["KERAS_BACKEND"] = "tensorflow"

__all__ = ["Network"]


def __getattr__(name):
    if name != "Network":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_quietly("tensorflow")
    from autoencoder_tf.autoencoder import Network

    return Network
