"""The generative adversarial network in Theano.  Import it before Theano itself."""

from doorkeeper import exports

__all__ = ["GAN", "Network"]
__getattr__ = exports("theano", "gan_theano.gan", __all__)
