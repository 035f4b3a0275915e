"""The variational autoencoder in TensorFlow."""

from common.frameworks import exports, tensorflow

LIBRARIES = tensorflow.LIBRARIES
__all__ = ["VAE", "Network"]
__getattr__ = exports(tensorflow, "vae_tf.vae", __all__)
