"""Map the test images to the latent space: a table, and a picture of it."""

import numpy as np

from common import files
from tools import use

FILES = ".csv, .npz and .png"


def add_options(parser, model):
    """Which images."""
    parser.add_argument("--data", metavar="SOURCE", help=use.DATA)


def run(options, estimator, dataset, stem):
    """Write the codes and the map -> paths."""
    from common import figures

    labels, codes = dataset.test_labels, estimator.encode(dataset.test_images)
    table = stem.with_name(f"{stem.name}.csv")
    files.write(table, _csv(labels, codes).encode())
    figure = figures.latent(next(iter(codes.values())), labels, estimator.words.codes)
    return [table, *use.write(stem, figure, labels=labels, **codes)]


def _csv(labels, codes):
    """One row per image: its label, where there is one, and all its numbers."""
    columns = [f"{n}_{i}" for n, a in codes.items() for i in range(1, a.shape[1] + 1)]
    rows = [[f"{value:.6f}" for value in row] for row in np.hstack([*codes.values()])]
    if labels is not None:
        columns = ["label", *columns]
        rows = [[str(label), *row] for label, row in zip(labels, rows, strict=True)]
    return "\n".join([*map(",".join, [columns, *rows]), ""])
