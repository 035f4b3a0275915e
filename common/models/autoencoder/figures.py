"""The figures of an autoencoder's run."""

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from common import figures
from common.figures import BLUE, ERROR, GRAY, NATS, ORANGE, Panel

SAMPLES = 49


def of_run(autoencoder, dataset, history):
    """Every figure -> {file name: Figure}."""
    layers = "-".join(map(str, autoencoder.settings_.layers(784)))
    title = f"Autoencoder {layers}:\nrandom codes, decoded"
    fit = {"train_log_likelihood": "training (epoch mean)"}
    fit["test_log_likelihood"], error = "test", {"test_mse": "test"}
    return {
        "curves.png": figures.curves(
            history,
            Panel(r"Reconstruction term $\log p(x|z)$", NATS, fit),
            Panel("Reconstruction error, test images", ERROR, error, from_zero=True),
        ),
        **figures.of_test_images(autoencoder, dataset),
        "samples.png": figures.samples((title, autoencoder.sample(SAMPLES))),
    }


def bottleneck(errors):
    """Error against the size of the code.  {name: {size: mean squared error}}"""
    figure = Figure(figsize=(7, 4.6), layout="constrained")
    axes = figure.subplots()
    styles = zip((GRAY, ORANGE, BLUE), "s^o", strict=True)
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
