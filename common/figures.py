"""The figures of a training run: what is computed for each."""

import numpy as np

from common import parameters, plots, training
from common.settings import KINDS, Settings, default_epochs


def variational(network, dataset, settings, history):
    """All figures of a VAE's run -> file name: Figure."""
    x, labels, examples, shown = _test_images(dataset, settings)
    mu = np.concatenate([network.encode(b)[0] for b in training.split(x, 1000)])
    figures = {
        "curves.png": plots.curves(history),
        "reconstructions.png": plots.reconstructions(
            x[examples],
            network.decode(mu[examples]),
            labels[examples],
            "z = mean of q(z|x)",
            shown,
        ),
        "samples.png": plots.samples(
            (
                "Samples: z ~ N(0, I), pixel probabilities p(x = 1|z)",
                network.decode(prior_draws(100, settings)),
            )
        ),
        "latent.png": plots.latent(mu, labels, "means of q(z|x)"),
    }
    if settings.latent_dim == 2:
        grid, ticks = plots.manifold_grid(21)
        figures["manifold.png"] = plots.manifold(network.decode(grid), ticks)
    return figures


def autoencoder(network, dataset, settings, history, vae_panel):
    """All figures of an autoencoder's run -> file name: Figure.

    `vae_panel` is what `samples.png` shows beside: a title and (100, 784) in [0, 1].
    """
    x, labels, examples, shown = _test_images(dataset, settings)
    z = np.concatenate([network.encode(b) for b in training.split(x, 1000)])
    return {
        "curves.png": plots.curves(history),
        "reconstructions.png": plots.reconstructions(
            x[examples],
            network.decode(z[examples]),
            labels[examples],
            "z = code of the image",
            shown,
        ),
        "samples.png": plots.samples(
            (
                "Autoencoder: random codes, each number drawn by itself\n"
                "from the values that it takes on test images",
                network.decode(random_codes(z, 100)),
            ),
            vae_panel,
        ),
        "latent.png": plots.latent(z, labels, "their codes z"),
    }


def vae_panel(build, dataset, settings, quiet):
    """Samples of a VAE that is trained for a fifth of its usual time, and a title."""
    images = dataset.train_images
    same = {"data": settings.data, "seed": settings.seed}
    small = {
        "batch_size": min(settings.batch_size, KINDS["vae"].defaults["batch_size"]),
        "epochs": max(1, default_epochs(len(images)) // 5),
    }
    vae = Settings(model="vae", **(KINDS["vae"].defaults | same | small))
    if not quiet:
        print(
            f"\nto draw its samples beside, a VAE trains for {vae.epochs} epochs",
            flush=True,
        )
    network = build(parameters.initial(vae, images), vae.activation, True)
    training.fit(network, images, vae, quiet)
    title = (
        f"Variational autoencoder (784-400-20, {vae.epochs} epochs):\n"
        "20 numbers drawn from the prior, z ~ N(0, I)"
    )
    return title, network.decode(prior_draws(100, vae))


def prior_draws(count, settings):
    """Draws of z ~ N(0, I), always the same.  -> (count, Z)"""
    rng = np.random.default_rng(training.TEST_SEED)
    return rng.standard_normal((count, settings.latent_dim), np.float32)


def random_codes(z, count):
    """Codes whose units each have a random row's value.  (N, Z) -> (count, Z)

    Each unit has the right distribution; that they depend on each other is lost.
    """
    rng = np.random.default_rng(training.TEST_SEED)
    rows = rng.integers(0, len(z), (count, z.shape[1]))
    return np.take_along_axis(z, rows, axis=0)


def _test_images(dataset, settings):
    """Pixels as the network sees them, labels, one example per class, their name."""
    x = training.evaluation_set(dataset.test_images, settings)[0]
    labels = dataset.test_labels
    examples = np.unique(labels, return_index=True)[1][:20]
    shown = "input" if settings.binarize == "none" else "input, binarized"
    return x, labels, examples, shown
