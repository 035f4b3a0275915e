"""The generative adversarial network in Theano.  Import it before Theano itself."""

from common.frameworks import exports
from common.frameworks import theano as framework

__all__ = ["GAN", "Network"]
__getattr__ = exports(framework, "gan_theano.gan", __all__)
