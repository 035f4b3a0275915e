"""The generative adversarial network by scikit-learn's conventions."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from common import batches
from common.estimator import Estimator
from common.models.gan import MODEL


class GAN(Estimator):
    """A generative adversarial network (Goodfellow et al. 2014).

    Parameters: `latent_dim` latent variables; units of each of the generator's `hidden`
    layers, which the discriminator mirrors; their `activation`: leaky_relu, relu or
    tanh; `penalty`, the weight of the R1 gradient penalty; `epochs` (None: as many as
    show 1.8 million images, at most 300); `batch_size`, at most N; Adam's
    `learning_rate`, which falls along a cosine to 1 %; `binarize`: dynamic, threshold,
    none or static; `random_state` (None: another one each time); `verbose`: progress
    bars.

    It has no encoder, hence no `transform`; and no `score`, since logits of different
    discriminators cannot be compared.
    """

    about = MODEL

    def __init__(
        self,
        latent_dim=32,
        *,
        hidden=(256, 512),
        activation="leaky_relu",
        penalty=0.3,
        epochs=None,
        batch_size=128,
        learning_rate=0.002,
        binarize="none",
        random_state=0,
        verbose=False,
    ):
        self.latent_dim = latent_dim
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.binarize = binarize
        self.random_state = random_state
        self.verbose = verbose

    def random_codes(self, count, rng):
        """Draws from the prior, z ~ N(0, I).  -> (count, Z) float32"""
        check_is_fitted(self, "settings_")
        shape = count, self.settings_.latent_dim
        return rng.standard_normal(shape, np.float32)

    def score_samples(self, X):
        """The discriminator's log-odds that each image is real.  (N, D) -> (N,) float32

        No likelihood: at best it says how much denser real images lie there than this
        model's own, log p_data(x) - log p_generator(x), in nats.
        """
        return batches.in_parts(self.network.discriminate, x=self.seen(X))
