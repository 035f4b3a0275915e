"""The generative adversarial network in TensorFlow."""

from doorkeeper import exports

__all__ = ["GAN", "Network"]
__getattr__ = exports("tensorflow", "gan_tf.gan", __all__)
