"""The figures of a GAN's run."""

import functools

import numpy as np

from common import figures
from common.figures import BLUE, ORANGE

SAMPLES = 100


def of_run(gan, history):
    """Every figure -> {file name: Figure}."""
    title = "Samples: z ~ N(0, I), as the generator makes them"
    panel = title, gan.sample(SAMPLES)
    panels = functools.partial(_panels, judged="judge_distance" in history[0])
    return {
        "curves.png": figures.curves(history, panels),
        "samples.png": figures.samples(panel, unit=gan.about.pixel),
        "interpolation.png": _between(gan),
    }


def _between(gan):
    ends = gan.random_codes(2, np.random.default_rng(0))
    shares = np.linspace(0, 1, 10, dtype=np.float32)
    z = ends[0] + shares[:, None] * (ends[1] - ends[0])
    return figures.interpolation(gan.decode(z), shares)


def _panels(figure, line, judged):
    losses, shares, images = figure.subplots(1, 3)
    line(losses, "train_discriminator_loss", ORANGE, "discriminator (1.39: a draw)")
    line(losses, "train_generator_loss", BLUE, "generator (0.69: a draw)")
    line(shares, "test_accuracy_real", ORANGE, "test images taken for real")
    line(shares, "test_accuracy_generated", BLUE, "generated ones seen through")
    losses.set(title="Losses in training", ylabel="nats (discriminator: per pair)")
    shares.set(title="What the discriminator gets right", ylabel="share of images")
    if judged:
        line(images, "judge_distance")
        title = "Distance from real images"
        images.set(title=title, ylabel="Frechet distance, by the judge")
    else:
        line(images, "test_variance")
        images.set(title="Variance of generated images", ylabel="summed over pixels")
    for axes in (losses, shares, images):
        axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
    shares.set_ylim(0, 1.05)
    for axes in (losses, shares):
        axes.legend(frameon=False, fontsize="small")
    return losses, shares, images
