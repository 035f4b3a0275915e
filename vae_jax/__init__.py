"""The variational autoencoder in JAX."""

from doorkeeper import exports

__all__ = ["VAE", "Network"]
__getattr__ = exports("jax", "vae_jax.vae", __all__)
