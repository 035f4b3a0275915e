"""The generative adversarial network in TensorFlow."""

from common.frameworks import exports
from common.frameworks import tensorflow as framework

__all__ = ["GAN", "Network"]
__getattr__ = exports(framework, "gan_tf.gan", __all__)
