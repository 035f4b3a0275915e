"""The figures of a training run: what is computed for each."""

import numpy as np

from common import plots, training
from common.settings import KINDS, Settings, default_epochs

SAMPLES = 100


def variational(model, dataset, history):
    """All figures of a VAE's run -> file name: Figure."""
    figures = _of_test_images(model, dataset, history, "means of q(z|x)")
    figures["samples.png"] = plots.samples(
        (
            "Samples: z ~ N(0, I), pixel probabilities p(x = 1|z)",
            model.sample(SAMPLES),
        )
    )
    if model.settings_.latent_dim == 2:
        grid, ticks = plots.manifold_grid(21)
        decoded = model.inverse_transform(grid)
        figures["manifold.png"] = plots.manifold(decoded, ticks)
    return figures


def autoencoder(model, dataset, history, vae_panel):
    """All figures of an autoencoder's run -> file name: Figure.

    `vae_panel` is what `samples.png` shows beside: a title and (100, 784) in [0, 1].
    """
    figures = _of_test_images(model, dataset, history, "codes z")
    figures["samples.png"] = plots.samples(
        (
            "Autoencoder: random codes, each number drawn by itself\n"
            "from the values that it takes on training images",
            model.sample(SAMPLES),
        ),
        vae_panel,
    )
    return figures


def vae_panel(estimator, dataset, settings, quiet):
    """Samples of a VAE that is trained for a fifth of its usual time, and a title."""
    images = dataset.train_images
    same = {"data": settings.data, "seed": settings.seed}
    small = {
        "batch_size": min(settings.batch_size, KINDS["vae"].defaults["batch_size"]),
        "epochs": max(1, default_epochs(len(images)) // 5),
    }
    given = Settings(model="vae", **(KINDS["vae"].defaults | same | small))
    if not quiet:
        print(
            f"\nto draw its samples beside, a VAE trains for {given.epochs} epochs",
            flush=True,
        )
    vae = estimator.begin(given, images)
    training.fit(vae.network, images, given, quiet)
    title = (
        f"Variational autoencoder (784-400-20, {given.epochs} epochs):\n"
        "20 numbers drawn from the prior, z ~ N(0, I)"
    )
    return title, vae.sample(SAMPLES)


def _of_test_images(model, dataset, history, codes):
    """The figures that every model has; `codes` is what `transform` gives."""
    X = np.divide(dataset.test_images, 255, dtype=np.float32)
    labels, code = dataset.test_labels, model.transform(X)
    first = first_of_each_class(labels)
    X, examples = X[first], labels[first]
    reconstructed = model.reconstruct(X)
    return {
        "curves.png": plots.curves(history),
        "reconstructions.png": reconstructions(model, X, reconstructed, examples),
        "latent.png": plots.latent(code, labels, codes),
    }


def reconstructions(model, X, reconstructed, labels, draw="mean"):
    """X, as the model sees it, above what it makes of it.  2 x (N, 784), (N,)"""
    settings = model.settings_
    vae = settings.model == "vae"
    code = "z = mean of q(z|x)" if vae else "z = code of the image"
    pixels = "pixel probabilities p(x = 1|z)"
    if draw == "sample":
        code = "z drawn from q(z|x)" if vae else code
        pixels = "pixels drawn from p(x|z)"
    shown = "input" if settings.binarize == "none" else "input, binarized"
    title = f"Reconstructions: {code}, {pixels}"
    return plots.reconstructions(model.seen(X), reconstructed, labels, title, shown)


def first_of_each_class(labels, count=1):
    """Where the first `count` images of each of at most 20 classes stand."""
    classes = np.unique(labels)[:20]
    return np.concatenate([np.flatnonzero(labels == c)[:count] for c in classes])
