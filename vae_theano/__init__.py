"""The variational autoencoder in Theano.  Import it before Theano itself."""

from common.frameworks import exports
from common.frameworks import theano as framework

__all__ = ["VAE", "Network"]
__getattr__ = exports(framework, "vae_theano.vae", __all__)
