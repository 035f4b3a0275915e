"""The generative adversarial network by scikit-learn's conventions."""

from common import batches
from common.estimator import Estimator
from common.models.gan import Settings


class GAN(Estimator, Settings):
    """A generative adversarial network (Goodfellow et al. 2014).

    Parameters: `latent_dim` latent variables; units of each of the generator's `hidden`
    layers, which the discriminator mirrors; their `activation`: leaky_relu, relu or
    tanh; `penalty`, the weight of the R1 gradient penalty; `epochs` (None: as many as
    show 1.8 million images, at most 300); `batch_size`, at most N; Adam's
    `learning_rate`, which falls along a cosine to 1%; `binarize`: dynamic, threshold,
    none or static; `random_state` (None: another one each time); `verbose`: progress
    bars, None: on a terminal.

    It has no encoder, hence no `transform`; and no `score`, since logits of different
    discriminators cannot be compared.
    """

    def score_samples(self, X):
        """The discriminator's log-odds that each image is real.  (N, D) -> (N,) float32

        No likelihood: at best it says how much denser real images lie there than this
        model's own, log p_data(x) - log p_generator(x), in nats.
        """
        return batches.in_parts(self.network.discriminate, x=self.seen(X))
