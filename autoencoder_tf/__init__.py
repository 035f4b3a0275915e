"""The autoencoder in TensorFlow."""

from doorkeeper import exports

__all__ = ["Autoencoder", "Network"]
__getattr__ = exports("tensorflow", "autoencoder_tf.autoencoder", __all__)
