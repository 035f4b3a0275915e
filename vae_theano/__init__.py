"""The variational autoencoder in Theano.  Import it before Theano itself."""

from doorkeeper import exports

__all__ = ["VAE", "Network"]
__getattr__ = exports("theano", "vae_theano.vae", __all__, "vae_pytensor")
