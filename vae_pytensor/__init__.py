"""The variational autoencoder in PyTensor."""

from doorkeeper import exports

__all__ = ["VAE", "Network"]
__getattr__ = exports("pytensor", "vae_pytensor.vae", __all__)
