"""The autoencoder, whatever the framework: settings and weights."""

from dataclasses import dataclass

from common import settings, weights
from common.models.autoencoder.words import Autoencoder
from common.settings import like
from common.words import Measure


@dataclass(eq=False)
class Settings(settings.Settings):
    """The warm-up: a network that reproduces its input through a bottleneck."""

    latent_dim: int = like("latent_dim", 200, help="latent dimension")
    activation: str = like(
        "activation",
        "relu",  # in small networks, a unit of the code may stay at 0
        values=tuple(weights.GAIN),
        help="function of all hidden units and of the code",
    )

    name = "autoencoder"
    words = Autoencoder()
    code = ("W_z",)
    training_sums = ("log_likelihood",)
    test_measures = {
        "log_likelihood": Measure("  log p(x|z)"),
        "mse": Measure("mean squared error", "per pixel", 5),
    }

    def initial(self, pixels):
        """The weights that a run starts from.  (N, D) uint8 -> {name: array}

        The output starts at the mean image.  A code of relus starts at 1 with a small
        variance, since Adam's first steps push units below 0, for all images at once.
        """
        shapes = self.shapes(pixels.shape[1])
        gain = weights.GAIN[self.activation]
        variances = {"W_z": 0.1 * gain / shapes["W_z"][0], "W_logits": 0.01**2}
        parameters = weights.initial(shapes, self, variances)
        parameters["b_z"] += self.activation != "tanh"
        parameters["b_logits"] = weights.log_odds(pixels)
        return parameters
