"""Exercise discriminator: the loss of a GAN's discriminator."""

import numpy as np  # noqa: F401 - until you use it


def discriminator_loss(logit_real, logit_generated):
    """-log D(x) - log(1 - D(G(z))) in nats, for each pair of images.

    D = sigmoid(logit) is the probability that an image is real.  Logits may have any
    size: neither exp nor log may overflow.  2 x (B,) -> (B,)
    Goodfellow et al. 2014, eq. 1.
    """
    raise NotImplementedError
