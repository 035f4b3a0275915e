"""The figures of a GAN's run."""

import numpy as np

from common import figures
from common.figures import Panel

SAMPLES = 100


def of_run(gan, dataset, history):
    """Every figure -> {file name: Figure}."""
    panel = "Samples: z ~ N(0, I), gray levels", gan.sample(SAMPLES)
    return {
        "curves.png": curves(history),
        "samples.png": figures.samples(panel, unit=gan.words.pixel),
        "interpolation.png": _between(gan),
    }


def _between(gan):
    ends = gan.random_codes(2, np.random.default_rng(0))
    shares = np.linspace(0, 1, 10, dtype=np.float32)
    z = ends[0] + shares[:, None] * (ends[1] - ends[0])
    return figures.interpolation(gan.decode(z), shares)


def curves(history):
    """Both losses, what the discriminator gets right, and how good the samples are."""
    losses = {
        "train_discriminator_loss": "discriminator (1.39: a tie)",
        "train_generator_loss": "generator (0.69: a tie)",
    }
    shares = {
        "test_accuracy_real": "test images taken for real",
        "test_accuracy_generated": "generated ones seen through",
    }
    unit = "nats (discriminator: per pair)"
    samples = Panel(
        "Variance of generated images",
        "summed over pixels",
        {"test_variance": None},
        from_zero=True,
    )
    if "judge_distance" in history[0]:
        samples.title, samples.unit = "Distance from real images", "Frechet distance"
        samples.lines = {"judge_distance": None}
    return figures.curves(
        history,
        Panel("Losses in training", unit, losses, "best", from_zero=True),
        Panel("What the discriminator gets right", "share of images", shares, "best"),
        samples,
    )
