"""The variational autoencoder in NumPy alone."""

from doorkeeper import exports

__all__ = ["VAE", "Network"]
__getattr__ = exports("numpy", "vae_numpy.vae", __all__)
