"""The variational autoencoder, whatever the framework: settings, weights, noise."""

from dataclasses import dataclass

import numpy as np

from common import settings, weights
from common.models.vae.words import VariationalAutoencoder
from common.settings import Range, like, option
from common.words import Measure


@dataclass(eq=False)
class Settings(settings.Settings):
    """A variational autoencoder (Kingma & Welling 2014)."""

    hidden: tuple[int, ...] = like("hidden", (400,))
    learning_rate: float = like("learning_rate", 0.003)
    binarize: str = like("binarize", "dynamic")
    importance_samples: int = option(
        1,
        Range(int, 1, 100),
        "draws of z for each image in training: 1 maximizes the ELBO, more maximize "
        "the tighter importance-weighted bound (Burda et al. 2016)",
        metavar="K",
    )
    gradient: str = option(
        "total",
        ("total", "path"),
        "gradient of the encoder: total, or path, through z alone and without the "
        "score term (Roeder et al. 2017; for several draws of z, Tucker et al. 2019)",
    )

    name = "vae"
    words = VariationalAutoencoder()
    code = "W_mu", "W_logvar"
    training_sums = ("elbo",)
    test_measures = {
        "elbo": Measure("ELBO = log p(x|z) - KL"),
        "log_likelihood": Measure("  log p(x|z)"),
        "kl": Measure("  KL(q(z|x) || p(z))"),
    }
    has_evidence = True

    def initial(self, pixels):
        """The weights that a run starts from.  (N, D) uint8 -> {name: array}

        The first epochs are calm, since the output starts at the mean image, and
        q(z|x) close to the prior.
        """
        shapes = self.shapes(pixels.shape[1])
        variances = dict.fromkeys(self.code, 0.01**2)
        variances["W_logits"] = 1 / shapes["W_logits"][0]
        parameters = weights.initial(shapes, self, variances)
        parameters["b_logits"] = weights.log_odds(pixels)
        return parameters

    def noise(self, shape, rng):
        """For the reparameterization, eps ~ N(0, I); K draws of it in training.

        (S, B) -> (S, K, B, Z), () -> (Z,)
        """
        if shape:
            steps, batch = shape
            shape = steps, self.importance_samples, batch
        return {"eps": rng.standard_normal((*shape, self.latent_dim), np.float32)}
