"""The variational autoencoder in TensorFlow."""

from doorkeeper import exports

__all__ = ["VAE", "Network"]
__getattr__ = exports("tensorflow", "vae_tf.vae", __all__)
