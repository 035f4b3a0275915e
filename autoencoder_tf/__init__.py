"""The autoencoder in TensorFlow."""

from common.frameworks import exports, tensorflow

LIBRARIES = tensorflow.LIBRARIES
__all__ = ["Autoencoder", "Network"]
__getattr__ = exports(tensorflow, "autoencoder_tf.autoencoder", __all__)
