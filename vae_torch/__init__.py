"""The variational autoencoder in PyTorch."""

from doorkeeper import exports

__all__ = ["VAE", "Network"]
__getattr__ = exports("torch", "vae_torch.vae", __all__)
