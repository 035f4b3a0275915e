"""The figures of a GAN's run."""

import numpy as np

from common import figures


def of_run(gan, dataset, history):
    """Every figure -> {file name: Figure}."""
    panel = "Samples: z ~ N(0, I), gray levels", gan.sample(100)
    ends = gan.random_codes(2, np.random.default_rng(0))
    return {
        "curves.png": curves(history),
        "samples.png": figures.samples(panel, unit=gan.words.pixel),
        "interpolation.png": figures.interpolation(gan.decode(np.linspace(*ends, 10))),
    }


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
    samples = "Variance of generated images", "summed over pixels", "test_variance"
    if "judge_distance" in history[0]:
        samples = "Distance from real images", "Frechet distance", "judge_distance"
    title, unit, column = samples
    nats = "nats (discriminator: per pair)"
    return figures.curves(
        history,
        figures.Panel("Losses in training", nats, losses, from_zero=True),
        figures.Panel("What the discriminator gets right", "share of images", shares),
        figures.Panel(title, unit, {column: None}, from_zero=True),
    )
