"""The figures of an autoencoder's run."""

from common import figures
from common.figures import ERROR, NATS, Panel


def of_run(autoencoder, dataset, history):
    """Every figure -> {file name: Figure}."""
    layers = "-".join(map(str, autoencoder.settings_.layers(784)))
    title = f"Autoencoder {layers}:\nrandom codes, decoded"
    fit = {"test_log_likelihood": "test"}
    fit["train_log_likelihood"], error = "training (epoch mean)", {"test_mse": "test"}
    return {
        "curves.png": figures.curves(
            history,
            Panel(r"Reconstruction term $\log p(x|z)$", NATS, fit),
            Panel("Reconstruction error, test images", ERROR, error, from_zero=True),
        ),
        **figures.of_test_images(autoencoder, dataset),
        "samples.png": figures.samples((title, autoencoder.sample(49))),
    }
