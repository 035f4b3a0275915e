"""The figures of a GAN's run."""

import numpy as np

from common import figures
from common.figures import BLUE, NATS, ORANGE

SAMPLES = 100


def of_run(gan, history):
    """Every figure -> {file name: Figure}."""
    title = "Samples: z ~ N(0, I), as the generator makes them"
    panel = title, gan.sample(SAMPLES)
    return {
        "curves.png": figures.curves(history, _panels),
        "samples.png": figures.samples(panel, unit=gan.about.pixel),
        "interpolation.png": _between(gan),
    }


def _between(gan):
    ends = gan.random_codes(2, np.random.default_rng(0))
    shares = np.linspace(0, 1, 10, dtype=np.float32)
    z = ends[0] + shares[:, None] * (ends[1] - ends[0])
    return figures.interpolation(gan.decode(z), shares)


def _panels(figure, line):
    losses, shares, variance = figure.subplots(1, 3)
    line(losses, "train_discriminator_loss", ORANGE, "discriminator (1.39: a draw)")
    line(losses, "train_generator_loss", BLUE, "generator (0.69: a draw)")
    line(shares, "test_accuracy_real", ORANGE, "test images taken for real")
    line(shares, "test_accuracy_generated", BLUE, "generated ones seen through")
    line(variance, "test_variance")
    losses.set(title="Losses in training", ylabel=NATS)
    shares.set(title="What the discriminator gets right", ylabel="share of images")
    variance.set(title="Variance of generated images", ylabel="summed over pixels")
    for axes in (losses, shares, variance):
        axes.set_ylim(bottom=0)
    shares.set_ylim(0, 1.05)
    for axes in (losses, shares):
        axes.legend(frameon=False, fontsize="small")
    return losses, shares, variance
