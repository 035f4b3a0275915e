"""The variational autoencoder in TensorFlow.  TensorFlow is imported when asked for."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only
os.environ["KERAS_BACKEND"] = "tensorflow"

__all__ = ["VAE"]


def __getattr__(name):
    if name != "VAE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _import_quietly()
    from vae_tf.vae import VAE

    return VAE


def _import_quietly():
    """Import TensorFlow without the notices that its C++ prints whatever one sets."""
    screen = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(screen, 2)
        os.close(screen)
