"""The generative adversarial network, whatever the framework: words, weights, noise."""

import numpy as np

from common import weights
from common.about import About, Measure, Option

LOST = 20  # nats: above this loss, a player is far from where it can learn
WON = 0.02  # nats: below this loss, the discriminator is sure of every image
ALIKE = 0.05  # of the variance of real images: below this share, all look the same


class GenerativeAdversarialNetwork(About):
    """Goodfellow et al. 2014."""

    name = "gan"
    title = "a generative adversarial network"
    estimator = "GAN"
    objective = "discriminator's loss"
    watched = (
        "discriminator_loss",
        "generator_loss",
        "accuracy_real",
        "accuracy_generated",
    )
    measures = {
        "discriminator_loss": Measure("discriminator's loss", "nats per pair", 3),
        "generator_loss": Measure("generator's loss", digits=3),
        "accuracy_real": Measure("real images taken for real", "of 1", 3),
        "accuracy_generated": Measure("generated ones seen through", "of 1", 3),
        "variance": Measure("variance of generated images", "over all pixels"),
    }
    defaults = {
        "data": "mnist",
        "batch_size": 128,
        "hidden": (256, 512),
        "latent_dim": 32,
        "activation": "leaky_relu",
        "learning_rate": 0.002,
        "binarize": "none",
        "seed": 0,
    }
    options = {
        "penalty": Option(
            0.3,
            "weight of R1, the discriminator's squared slope at real images, which "
            "steadies the game; 0 leaves it out",
        )
    }
    shown = 1_800_000
    most_epochs = 300
    activations = ("leaky_relu", "relu", "tanh")
    verbs = ("sample", "interpolate", "evaluate")
    missing_verbs = {
        "encode": "a generative adversarial network has no encoder, so no image has a "
        "code; `sample` and `interpolate` start from random ones",
        "reconstruct": "a generative adversarial network has no encoder: it makes new "
        "images and cannot reproduce a given one; try `sample`",
    }
    grey_help = ""
    hidden_help = "each hidden layer of the generator, which the discriminator mirrors"
    code_help = "number of latent variables"
    layers_help = "the hidden layers"
    note = (
        "The losses are in nats, the discriminator's per pair of a real and a made\n"
        "image.  They do not say how good the images are: 0.69 for the generator and\n"
        "1.39 for the discriminator are a draw."
    )
    heading = "discriminator's loss  generator's  real seen  generated seen"
    row = (
        "{train_discriminator_loss:20.3f}  {train_generator_loss:11.3f}  "
        "{train_accuracy_real:9.1%}  {train_accuracy_generated:14.1%}"
    )
    result = (
        "the discriminator takes {test_accuracy_real:.1%} of the test images for real "
        "and sees through {test_accuracy_generated:.1%} of the generated ones"
    )
    judged = True
    random_code = "z ~ N(0, I)"
    pixel = "grey level"
    samples = {"mean": "grey levels"}

    def layers(self, settings, pixels):
        """Sizes of all layers, from z to an image to the discriminator's logit."""
        hidden = settings.hidden
        return [settings.latent_dim, *hidden, pixels, *reversed(hidden), 1]

    def shapes(self, settings, pixels):
        """The shape of each parameter for images of so many pixels.  name -> tuple"""
        up = [settings.latent_dim, *settings.hidden]
        down = [pixels, *reversed(settings.hidden)]
        return (
            weights.stack("generator", up)
            | weights.layer("generator_W_logits", up[-1], pixels)
            | weights.stack("discriminator", down)
            | weights.layer("discriminator_W_logit", down[-1], 1)
        )

    def networks(self, settings):
        """What a page computes: name -> its layers, [(weights, activation), ...]"""
        last = "generator_W_logits"
        return {"decode": weights.chain("generator", settings, last, "sigmoid")}

    def initial(self, settings, pixels):
        """The weights that a run starts from.  (N, D) uint8 -> {name: array}

        Generated images start around the mean image, as a VAE's do.
        """
        shapes = self.shapes(settings, pixels.shape[1])
        last = "generator_W_logits", "discriminator_W_logit"
        variances = {name: 1 / shapes[name][0] for name in last}
        parameters = weights.initial(shapes, settings, variances)
        parameters["generator_b_logits"] = weights.log_odds(pixels)
        return parameters

    def noise(self, shape, settings, rng):
        """What the generator starts from, z ~ N(0, I), in each player's step."""
        shape = *shape, settings.latent_dim
        names = "z_discriminator", "z_generator"
        return {name: rng.standard_normal(shape, np.float32) for name in names}

    def progress(self, settings, sums, steps):
        """Both losses."""
        discriminator, generator, *_ = (total / steps for total in sums.values())
        return f"losses {discriminator:.2f} and {generator:.2f} nats"

    def warning(self, row, images):
        """One line if the game is over, or all generated images look alike.

        (N, D) uint8, the test images.
        """
        losses = row["train_discriminator_loss"], row["train_generator_loss"]
        if max(losses) > LOST:
            return (
                "the losses have run away; start again with a tenth of the "
                "--learning-rate"
            )
        if row["train_discriminator_loss"] < WON:
            return (
                "the discriminator sees through every image, so that the generator "
                "learns little; try a lower --learning-rate or a higher --penalty"
            )
        real = np.divide(images[:1000], 255).var(axis=0).sum()
        if row["test_variance"] < ALIKE * real:
            return (
                "the generator has collapsed: its images are almost the same for every "
                "z; try a lower --learning-rate or a higher --penalty"
            )
        return None

    def next_step(self, settings, run, data, test_images):
        """A walk from one image that does not exist to another."""
        return f" interpolate {run} --from 3 --to 17   (from one new image to another)"

    def figures(self, estimator, dataset, history, quiet, beside):
        """Every figure of a trained run -> {file name: Figure}."""
        from common.models.gan import figures

        return figures.of_run(estimator, history)


MODEL = GenerativeAdversarialNetwork()
