"""The figures of an autoencoder's run, with a VAE's samples beside its own."""

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from common import figures, loop, packages
from common.figures import BLUE, ERROR, GREY, NATS, ORANGE
from common.settings import Settings, default_epochs

SAMPLES = 100


def of_run(autoencoder, dataset, history, quiet, beside):
    """Every figure -> {file name: Figure}.  `beside`: the package of the VAE"""
    made = {"curves.png": figures.curves(history, _panels)}
    made |= figures.of_test_images(autoencoder, dataset)
    title = (
        "Autoencoder: random codes, each number drawn by itself\n"
        "from the values that it takes on training images"
    )
    made["samples.png"] = figures.samples(
        (title, autoencoder.sample(SAMPLES)),
        _vae_panel(beside, dataset, autoencoder.settings_, quiet),
    )
    return made


def _vae_panel(package, dataset, settings, quiet):
    """Train a VAE for a fifth of its usual time -> a title, and samples."""
    about = packages.model_of(package)
    images, defaults = dataset.train_images, about.defaults
    same = {"data": settings.data, "seed": settings.seed}
    small = {
        "batch_size": min(settings.batch_size, defaults["batch_size"]),
        "epochs": max(1, default_epochs(len(images)) // 5),
    }
    given = Settings(model=about.name, **(defaults | same | small))
    if not quiet:
        print(
            f"\nto draw its samples beside, a VAE trains for {given.epochs} epochs",
            flush=True,
        )
    vae = packages.estimator(package)()
    vae.initialize(given, images)
    loop.fit(vae.network, images, given, quiet)
    title = (
        f"Variational autoencoder (784-400-20, {given.epochs} epochs):\n"
        "20 numbers drawn from the prior, z ~ N(0, I)"
    )
    return title, vae.sample(SAMPLES)


def _panels(figure, line):
    fit, error = figure.subplots(1, 2)
    line(fit, "train_log_likelihood", ORANGE, "training (epoch mean)", "--")
    line(fit, "test_log_likelihood", BLUE, "test")
    fit.legend(frameon=False, loc="lower right")
    line(error, "test_mse")
    fit.set(title=r"Reconstruction log-likelihood $\log p(x|z)$", ylabel=NATS)
    error.set(title="Reconstruction error, test images", ylabel=ERROR)
    error.set_ylim(0, 1.1 * error.lines[0].get_ydata().max())
    return fit, error


def bottleneck(errors):
    """Error against the size of the code.  {name: {size: mean squared error}}"""
    figure = Figure(figsize=(7, 4.6), layout="constrained")
    axes = figure.subplots()
    styles = zip((GREY, ORANGE, BLUE), "s^o", strict=True)
    for (name, points), (color, marker) in zip(errors.items(), styles, strict=False):
        label = name if name == "PCA" else f"autoencoder {name}"
        axes.plot([*points], [*points.values()], marker + "-", color=color, label=label)
    axes.set(xscale="log", yscale="log", ylabel=ERROR)
    axes.set_xlabel("size of the code: numbers per image, instead of 784")
    axes.set_xticks([*points], map(str, points))
    axes.minorticks_off()
    axes.yaxis.set_major_locator(LogLocator(10, (1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower left")
    axes.set_title("How well a code of Z numbers reproduces a test image")
    return figure
