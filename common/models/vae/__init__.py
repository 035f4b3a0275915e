"""The variational autoencoder, whatever the framework: words, weights, noise."""

import numpy as np

from common import weights
from common.about import About, Measure, Option


class VariationalAutoencoder(About):
    """Kingma & Welling 2014."""

    name = "vae"
    title = "a variational autoencoder"
    estimator = "VAE"
    objective = "ELBO"
    watched = ("elbo",)
    measures = {
        "elbo": Measure("ELBO = log p(x|z) - KL"),
        "log_likelihood": Measure("  log p(x|z)"),
        "kl": Measure("  KL(q(z|x) || p(z))"),
    }
    defaults = {
        "data": "mnist",
        "batch_size": 128,
        "hidden": (400,),
        "latent_dim": 20,
        "activation": "relu",
        "learning_rate": 0.003,
        "binarize": "dynamic",
        "seed": 0,
    }
    options = {
        "importance_samples": Option(
            1,
            "draws of z for each image in training: 1 raises the ELBO, more raise the "
            "tighter importance-weighted bound (Burda et al. 2016)",
            most=100,
        )
    }
    code_help = "number of latent variables"
    layers_help = "the hidden layers"
    note = (
        "The ELBO (evidence lower bound) is given in nats per image; higher is better."
    )
    heading = "train {raised:>4}  test ELBO = log p(x|z) - KL"
    row = (
        "{train_elbo:10.2f}  {test_elbo:9.2f} = {test_log_likelihood:10.2f} - "
        "{test_kl:5.2f}"
    )
    result = (
        "test ELBO {test_elbo:.2f} nats per image = log p(x|z) "
        "{test_log_likelihood:.2f} - KL {test_kl:.2f}"
    )
    codes = "means of q(z|x)"
    code_mean = "z = mean of q(z|x)"
    code_drawn = "z drawn from q(z|x)"
    random_code = "z ~ N(0, I)"
    has_evidence = True

    def shapes(self, settings, pixels):
        """The shape of each parameter for images of so many pixels.  name -> tuple"""
        latent_dim = settings.latent_dim
        down = [pixels, *settings.hidden]
        up = [latent_dim, *reversed(settings.hidden)]
        return (
            weights.stack("encoder", down)
            | weights.layer("W_mu", down[-1], latent_dim)
            | weights.layer("W_logvar", down[-1], latent_dim)
            | weights.stack("decoder", up)
            | weights.layer("W_logits", up[-1], pixels)
        )

    def networks(self, settings):
        """What a page computes: name -> its layers, [(weights, activation), ...]"""
        return {
            "decode": weights.chain("decoder", settings, "W_logits", "sigmoid"),
            "encode": weights.chain("encoder", settings, "W_mu", "none"),
            "logvar": weights.chain("encoder", settings, "W_logvar", "none"),
        }

    def raised(self, settings):
        """The ELBO, or a tighter bound: L_K of Burda et al. 2016, eq. 8."""
        draws = settings.options["importance_samples"]
        return self.objective if draws == 1 else f"L_{draws}"

    def initial(self, settings, pixels):
        """The weights that a run starts from.  (N, D) uint8 -> {name: array}

        The first epochs are calm, since the output starts at the mean image, and
        q(z|x) close to the prior.
        """
        shapes = self.shapes(settings, pixels.shape[1])
        variances = {
            "W_mu": 0.01**2,
            "W_logvar": 0.01**2,
            "W_logits": 1 / shapes["W_logits"][0],
        }
        parameters = weights.initial(shapes, settings, variances)
        parameters["b_logits"] = weights.log_odds(pixels)
        return parameters

    def noise(self, shape, settings, rng):
        """For the reparameterization, eps ~ N(0, I); a single draw where one tests."""
        if shape:  # of a chunk: model.py says how draws of many images lie together
            shape = *shape[:-1], settings.options["importance_samples"] * shape[-1]
        return {"eps": rng.standard_normal((*shape, settings.latent_dim), np.float32)}

    def next_step(self, settings, run, data, test_images):
        """A walk through a latent plane; else, how to get one."""
        if settings.latent_dim == 2:
            end = min(17, test_images - 1)
            ends = f"--from {3 if end > 3 else 0} --to {end}"
            return f" interpolate {run} {ends}   (from one image to another)"
        return f".train{data} --latent-dim 2   (a map of the images: manifold.png)"

    def figures(self, estimator, dataset, history, quiet, beside):
        """Every figure of a trained run -> {file name: Figure}."""
        from common.models.vae import figures

        return figures.of_run(estimator, dataset, history)


MODEL = VariationalAutoencoder()
