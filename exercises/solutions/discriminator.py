"""A solution of exercise discriminator."""

import numpy as np


def discriminator_loss(logit_real, logit_generated):
    """-log D(x) - log(1 - D(G(z))) in nats, for each pair of images.

    D = sigmoid(logit) is the probability that an image is real.  Logits may have any
    size: neither exp nor log may overflow.  2 x (B,) -> (B,)
    Goodfellow et al. 2014, eq. 1.
    """
    return np.logaddexp(0, -logit_real) + np.logaddexp(0, logit_generated)
