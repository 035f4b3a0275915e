"""How few numbers are enough for an image?

Trains autoencoders with codes of several sizes and measures how well each reproduces
the test images, beside principal component analysis (PCA) with as many components.
"""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from common import files, packages
from common.commands.command_line import DATA, Parser, exit_status, print_notes
from common.images import data
from common.settings import COUNT

SIZES = (2, 8, 32, 100, 200)
HIDDEN = {"784-Z-784": (), "784-400-Z-400-784": (400,)}


def main(package, argv=None):
    """Run `python -m PACKAGE.bottleneck` -> exit status."""
    parser = Parser(prog=f"python -m {package}.bottleneck", description=__doc__)
    add, out = parser.add_argument, Path(f"runs/{package}/bottleneck")
    epochs = "passes over the training images for each of the ten networks"
    epochs = f"{epochs} (default: 15 for mnist, 90 for digits)"
    folder = "folder for bottleneck.png and bottleneck.csv (default: %(default)s)"
    add("--data", metavar="SOURCE", help=DATA)
    add("--epochs", metavar="N", type=COUNT, help=epochs)
    add("--out", metavar="DIR", type=files.path, default=out, help=folder)
    return exit_status(bottleneck, package, parser.parse_args(argv))


def bottleneck(package, options):
    """Measure, print and plot -> exit status 0.  UserError for a mistake."""
    from common.figures import style

    explicit = options.data is not None
    _, dataset = data.load_or_digits(options.data or "mnist", explicit)
    usual = packages.model_of(package).default_epochs(len(dataset.train_images))
    epochs = options.epochs or max(1, usual * 3 // 5)
    options.out.mkdir(parents=True, exist_ok=True)
    print_notes(dataset)
    test_images = f"{len(dataset.test_images):,} test images of {dataset.name}"
    print(f"mean squared error per pixel, {test_images}; {epochs} epochs")
    if dataset.name == "digits":
        print("(enlarged from 8x8: with more than 64 numbers PCA is nearly exact)")
    print(f"\n{'size of the code':17}", *(f"{size:8}" for size in SIZES), flush=True)
    errors, lines = {}, ["model,size,mse"]
    for name, points in _measure(package, dataset, epochs):
        errors[name] = points
        lines += [f"{name},{size},{error:.7f}" for size, error in points.items()]
        values = (f"{error:8.5f}" for error in points.values())
        print(f"{name:17}", *values, flush=True)
    files.write(options.out / "bottleneck.csv", "\n".join([*lines, ""]).encode())
    with style():
        files.write_figure(options.out / "bottleneck.png", curves(errors))
    print(f"\nfiles: bottleneck.png, bottleneck.csv in {options.out}")
    return 0


def _measure(package, dataset, epochs):
    """PCA's errors, then those of the autoencoders -> (name, {size: error}), ..."""
    yield "PCA", pca_errors(dataset)
    for name, hidden in HIDDEN.items():
        errors = {}
        for size in tqdm(SIZES, name, leave=False, disable=None):
            autoencoder = packages.estimator(package)(size, hidden=hidden)
            autoencoder.set_params(epochs=epochs).fit(dataset.train_images)
            _, mse = autoencoder.measures(dataset.test_images)
            errors[size] = float(mse.mean(dtype=np.float64))
        yield name, errors


def pca_errors(dataset):
    """Size of the code: squared error per pixel of PCA, the best linear code."""
    from sklearn.decomposition import PCA

    images = dataset.train_images, dataset.test_images
    train, test = (np.divide(pixels, 255, dtype=np.float32) for pixels in images)
    errors = {}
    for size in SIZES:
        pca = PCA(min(size, *train.shape), svd_solver="covariance_eigh").fit(train)
        reconstructed = pca.inverse_transform(pca.transform(test))
        errors[size] = float(np.mean((test - reconstructed) ** 2, dtype=np.float64))
    return errors


def curves(errors):
    """Error against the size of the code.  {name: {size: mean squared error}}"""
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator

    from common.figures import BLUE, ERROR, GRAY, ORANGE

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
