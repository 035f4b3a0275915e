"""The figures of an autoencoder's run, with a VAE's samples beside those of codes."""

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from common import figures, loop, packages
from common.figures import BLUE, ERROR, GREY, NATS, ORANGE
from common.settings import Settings, default_epochs

SAMPLES = 49


def of_run(autoencoder, dataset, history, quiet, beside):
    """Every figure -> {file name: Figure}.  `beside`: the package of the VAE"""
    made = {"curves.png": figures.curves(history, _panels)}
    made |= figures.of_test_images(autoencoder, dataset)
    vae = packages.estimator(beside)()
    panels = samples_of(autoencoder, vae, dataset, quiet)
    made["samples.png"] = figures.samples(*panels)
    return made


def samples_of(autoencoder, vae, dataset, quiet):
    """Three panels: it, one of the VAE's sizes, and the VAE, which are trained here."""
    yield (
        f"Autoencoder {_sizes(autoencoder)}:\nrandom codes",
        autoencoder.sample(SAMPLES),
    )
    images, own, usual = dataset.train_images, autoencoder.settings_, vae.about.defaults
    same = {
        "data": own.data,
        "seed": own.seed,
        "epochs": max(1, default_epochs(len(images)) // 5),
        "batch_size": min(own.batch_size, usual["batch_size"]),
        "hidden": usual["hidden"],
        "latent_dim": usual["latent_dim"],
    }
    twin = type(autoencoder)()
    if not quiet:
        print(
            "\nfor their samples beside these, an autoencoder with a code of "
            f"{same['latent_dim']} and a VAE train for {same['epochs']} epochs each",
            flush=True,
        )
    for model, name in ((twin, "Autoencoder"), (vae, "Variational autoencoder")):
        about = model.about
        given = Settings(model=about.name, **(about.defaults | same))
        model.initialize(given, images)
        loop.fit(model.network, images, given, quiet)
        model.note_codes()
        codes = "z ~ N(0, I)" if model is vae else "random codes"
        yield f"{name} {_sizes(model)}:\n{codes}", model.sample(SAMPLES)


def _sizes(model):
    """784-400-20-400-784, say."""
    layers = model.about.layers(model.settings_, model.n_features_in_)
    return "-".join(map(str, layers))


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
