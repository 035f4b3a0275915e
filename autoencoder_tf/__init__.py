"""The autoencoder in TensorFlow."""

from common.frameworks import exports
from common.frameworks import tensorflow as framework

__all__ = ["Autoencoder", "Network"]
__getattr__ = exports(framework, "autoencoder_tf.autoencoder", __all__)
