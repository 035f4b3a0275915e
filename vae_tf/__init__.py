"""The variational autoencoder in TensorFlow."""

from common.frameworks import exports
from common.frameworks import tensorflow as framework

__all__ = ["VAE", "Network"]
__getattr__ = exports(framework, "vae_tf.vae", __all__)
