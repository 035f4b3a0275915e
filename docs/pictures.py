"""The pictures of the front page and of docs/, each for a light and for a dark page.

python docs/pictures.py VAE PLANE AUTOENCODER GAN BOTTLENECK: folders of runs on MNIST
with the default settings, but for PLANE, a VAE with --latent-dim 2; the last one's is
that of `python -m autoencoder_tf.bottleneck`.
"""

import csv
import math
import sys
from pathlib import Path
from unittest import mock

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))
from autoencoder_tf import Autoencoder  # noqa: E402
from common import figures, files  # noqa: E402
from common.images import data  # noqa: E402
from experiments import bottleneck  # noqa: E402
from gan_tf import GAN  # noqa: E402
from notebooks import diagrams  # noqa: E402
from notebooks.legible import make_legible  # noqa: E402
from vae_tf import VAE  # noqa: E402

PAGE, TEXT, LINE = "#0d1117", "#e6edf3", "#8b949e"
DARK = {
    **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), PAGE),
    **dict.fromkeys(("text.color", "axes.labelcolor"), TEXT),
    **dict.fromkeys(("xtick.color", "ytick.color", "axes.edgecolor"), LINE),
}
SCHEMES = {".": ({}, "gray_r"), "dark": (DARK, "gray")}  # a folder: settings, ink
SIDE = 15  # decoded images in a row of the latent plane
DPI = 200
WIDTH = 5.9  # inches at most: on a phone, letters of 10 points then have 8 pixels


def plane(codes, labels, decode):
    """The decoded image at each point of a latent plane, beside the codes of images."""
    figure = Figure(figsize=(WIDTH, 3.3), layout="constrained")
    decoded, places = figure.subplots(1, 2)
    reach = math.ceil(2 * np.abs(codes).max()) / 2  # so that every code is shown
    ticks = reach * ((np.arange(SIDE) + 0.5) * 2 / SIDE - 1)
    z = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1).reshape(-1, 2)
    images = decode(z.astype(np.float32)).reshape(SIDE, SIDE, 28, 28)
    extent = (-reach, reach) * 2
    mosaic = images.swapaxes(1, 2).reshape(28 * SIDE, 28 * SIDE)
    decoded.imshow(mosaic, figures.INK, vmin=0, vmax=1, extent=extent)
    decoded.set_title("decoded images", size=10)
    with mock.patch.object(figures, "LABEL", 0.1):  # in a map as small as this
        figures.scatter(places, codes, labels)
    places.collections[0].set_sizes([2])
    places.set_title("codes of the test images", size=10)
    for axes in (decoded, places):
        axes.set(xlim=extent[:2], ylim=extent[2:], aspect="equal")
        axes.set(xticks=[-2, 0, 2], yticks=[-2, 0, 2], xlabel="$z_1$", ylabel="$z_2$")
    return figure


def beside(panels):
    """25 images of each panel: a title and (N, 784)."""
    lines = max(title.count("\n") for title, _ in panels)
    figure = Figure(figsize=(WIDTH, 2.25 + 0.25 * lines), layout="constrained")
    for axes, (title, images) in zip(figure.subplots(1, 3), panels, strict=True):
        title += "\n" * (lines - title.count("\n"))  # so that no title is cut off
        square = images[:25].reshape(5, 5, 28, 28).swapaxes(1, 2).reshape(140, 140)
        axes.imshow(square, figures.INK, vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, size=10)
    return figure


def random_codes(autoencoder, X):
    """Samples of it, of one with a VAE's sizes, and of the VAE, which train here."""
    sizes = VAE().hidden, VAE().latent_dim
    twin = Autoencoder(sizes[1], hidden=sizes[0], epochs=5).fit(X)
    for model in (autoencoder, twin, VAE(epochs=5).fit(X)):
        layers = "-".join(map(str, model.settings_.layers(784)))
        codes = "z ~ N(0, I)" if model.words.has_prior else "random codes"
        yield f"{type(model).__name__}\n{layers}\n{codes}", model.sample(25)


def walk(vae, X, labels, pair):
    """From one test image to another in five steps."""
    ends = vae.transform(X[pair])
    decoded = vae.decode(np.linspace(*ends, 5))
    sizes = {"font.size": 12.2, "figure.titlesize": 12, "figure.labelsize": "small"}
    with mpl.rc_context(sizes):  # legible on a phone
        return figures.interpolation(decoded, vae.seen(X[pair]), labels[pair])


def errors(folder):
    """What the bottleneck has measured.  -> {name: {size: mean squared error}}"""
    measured = {}
    with (Path(folder) / "bottleneck.csv").open() as file:
        for row in csv.DictReader(file):
            measured.setdefault(row["model"], {})[int(row["size"])] = float(row["mse"])
    return measured


def write(name, draw, *arguments):
    """The figure that `draw` gives, once for each scheme."""
    for folder, (settings, figures.INK) in SCHEMES.items():
        with figures.style(), mpl.rc_context(settings):
            figure = draw(*arguments)
            make_legible(figure)
            width, height = figure.get_size_inches()
            if width > WIDTH and figure.get_layout_engine():
                figure.set_size_inches(WIDTH, height * math.sqrt(WIDTH / width))
            path = FOLDER / folder / f"{name}.png"
            files.write_figure(path, figure, DPI)


def main():
    """Write them all."""
    vae, flat = map(VAE.load, sys.argv[1:3])
    autoencoder = Autoencoder.load(sys.argv[3])
    dataset = data.load("mnist")
    X = np.divide(dataset.test_images, 255, dtype=np.float32)
    labels = dataset.test_labels
    (FOLDER / "dark").mkdir(exist_ok=True)
    write("diagram", diagrams.networks)
    write("plane", plane, flat.transform(X), labels, flat.decode)
    first = figures.examples(dataset)
    decoded = vae.reconstruct(X[first])
    write("reconstruct", figures.reconstructed, vae, X[first], decoded, labels[first])
    write("interpolate", walk, vae, X, labels, [3, 17])
    title = "Samples: z ~ N(0, I), pixel probabilities p(x = 1|z)"
    write("samples", figures.samples, (title, vae.sample(64)))
    write("random_codes", beside, [*random_codes(autoencoder, dataset.train_images)])
    gan = GAN.load(sys.argv[4])
    panels = [
        ("test images", X),
        ("VAE: pixel\nprobabilities", vae.sample(25)),
        ("GAN:\ngray levels", gan.sample(25)),
    ]
    write("gan", beside, panels)
    write("bottleneck", bottleneck.curves, errors(sys.argv[5]))


if __name__ == "__main__":
    main()
