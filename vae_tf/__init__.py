"""The variational autoencoder in TensorFlow.  TensorFlow is imported when asked for."""

import logging
import os

from common.quiet import import_quietly

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only
os.environ["KERAS_BACKEND"] = "tensorflow"

LIBRARIES = ["tensorflow", "keras"]  # whose versions a run records
__all__ = ["VAE", "Network"]


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_quietly("tensorflow")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # after TensorFlow's own
    from vae_tf import vae

    return getattr(vae, name)
