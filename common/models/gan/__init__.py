"""The generative adversarial network, whatever the framework: settings, weights."""

from dataclasses import dataclass

import numpy as np

from common import settings, weights
from common.models.gan.words import GenerativeAdversarialNetwork
from common.settings import Range, like, option
from common.words import Measure


@dataclass(eq=False)
class Settings(settings.Settings):
    """A generative adversarial network (Goodfellow et al. 2014)."""

    latent_dim: int = like("latent_dim", 32)
    hidden: tuple[int, ...] = like(
        "hidden",
        (256, 512),
        help="units of each hidden layer of the generator, which the discriminator "
        "mirrors",
    )
    activation: str = like("activation", "leaky_relu", values=tuple(weights.GAIN))
    epochs: int | None = like(
        "epochs",
        None,
        help="passes over the training images (default: as many as show 1.8 million "
        "images, but at most 300: 30 for mnist, 300 for digits)",
    )
    learning_rate: float = like("learning_rate", 0.002)
    penalty: float = option(
        0.3,
        Range(float, 0, 10**6),
        "weight of the gradient penalty R1, the discriminator's squared slope at real "
        "images, which stabilizes training; 0 leaves it out",
        metavar="X",
    )

    name = "gan"
    words = GenerativeAdversarialNetwork()
    training_sums = (
        "discriminator_loss",
        "generator_loss",
        "accuracy_real",
        "accuracy_generated",
    )
    test_measures = {
        "discriminator_loss": Measure("discriminator's loss", "nats per pair", 3),
        "generator_loss": Measure("generator's loss", digits=3),
        "accuracy_real": Measure("real images taken for real", "of 1", 3),
        "accuracy_generated": Measure("generated ones seen through", "of 1", 3),
        "variance": Measure("variance of generated images", "over all pixels"),
    }
    images_by_default = 1_800_000
    most_epochs = 300
    judged = True

    def layers(self, pixels):
        """Sizes of all layers, from z to an image to the discriminator's logit."""
        return [self.latent_dim, *self.hidden, pixels, *reversed(self.hidden), 1]

    def shapes(self, pixels):
        """The shape of each parameter for images of so many pixels.  name -> tuple"""
        up = [self.latent_dim, *self.hidden, pixels]
        down = [pixels, *reversed(self.hidden), 1]
        generator = weights.shapes("generator", up, "generator_W_logits")
        discriminator = weights.shapes("discriminator", down, "discriminator_W_logit")
        return generator | discriminator

    def initial(self, pixels):
        """The weights that a run starts from.  (N, D) uint8 -> {name: array}

        Generated images start around the mean image, as a VAE's do.
        """
        shapes = self.shapes(pixels.shape[1])
        last = "generator_W_logits", "discriminator_W_logit"
        variances = {name: 1 / shapes[name][0] for name in last}
        parameters = weights.initial(shapes, self, variances)
        parameters["generator_b_logits"] = weights.log_odds(pixels)
        return parameters

    def noise(self, shape, rng):
        """What the generator starts from, z ~ N(0, I), in each player's step."""
        shape = *shape, self.latent_dim
        names = "z_discriminator", "z_generator"
        return {name: rng.standard_normal(shape, np.float32) for name in names}
