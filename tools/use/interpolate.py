"""Walk from one image to another, straight through the latent space."""

import numpy as np

from common.settings import WHOLE, Range
from tools import use

FILES = ".png and .npz"


def add_options(parser, model):
    """From where to where; without an encoder, between random codes."""
    add, ends = parser.add_argument, "number of a test image, from 0"
    if not model.words.encodes:
        ends = "seed of a random code, which `sample --seed` decodes first"
    steps = "images on the way, both ends included (default: 10)"
    add("--from", metavar="I", type=WHOLE, required=True, dest="start", help=ends)
    add("--to", metavar="I", type=WHOLE, required=True, dest="end", help=ends)
    add("--steps", metavar="N", type=Range(int, 2, 100), default=10, help=steps)
    if model.words.encodes:
        add("--data", metavar="SOURCE", help=use.DATA)


def run(options, estimator, dataset, stem):
    """Write the codes on the way and the images that they decode to -> paths."""
    from common import figures

    pair, pictures = [options.start, options.end], ()
    if dataset:
        X, labels = use.test_images(dataset, pair)
        ends, pictures = estimator.transform(X), (estimator.seen(X), labels)
    else:
        ends = [estimator.random_codes(1, np.random.default_rng(n))[0] for n in pair]
    share = np.linspace(0, 1, options.steps, dtype=np.float32)
    z = np.linspace(*ends, options.steps, dtype=np.float32)
    images = estimator.decode(z)
    figure = figures.interpolation(images, *pictures)
    return use.write(stem, figure, share=share, z=z, images=images)
