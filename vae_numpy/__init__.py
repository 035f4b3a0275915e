"""The variational autoencoder in NumPy alone."""

from common.frameworks import exports
from common.frameworks import numpy as framework

__all__ = ["VAE", "Network"]
__getattr__ = exports(framework, "vae_numpy.vae", __all__)
