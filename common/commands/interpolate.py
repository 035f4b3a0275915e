"""Walk from one image to another, straight through the latent space."""

import numpy as np

from common.commands import use
from common.settings import WHOLE, Range

FILES = ".png and .npz"


def add_options(parser, model):
    """From where to where; without an encoder, between random codes."""
    what = "number of a test image, from 0"
    if not model.words.encodes:
        what = "seed of a random code, which `sample --seed` decodes first"
    for name, target in (("--from", "start"), ("--to", "end")):
        parser.add_argument(
            name,
            dest=target,
            metavar="I",
            type=WHOLE,
            required=True,
            help=what,
        )
    parser.add_argument(
        "--steps",
        metavar="N",
        type=Range(int, 2, 100),
        default=10,
        help="images on the way, both ends included (default: 10)",
    )
    if model.words.encodes:
        use.add_data(parser)


def run(options, estimator, dataset, stem):
    """Write the codes on the way and the images that they decode to -> paths."""
    from common import figures

    pair = [options.start, options.end]
    if dataset:
        X, labels = use.test_images(dataset, pair)
        ends = estimator.transform(X)
    else:
        generators = map(np.random.default_rng, pair)
        ends = np.concatenate([estimator.random_codes(1, rng) for rng in generators])
    shares = np.linspace(0, 1, options.steps, dtype=np.float32)
    z = ends[0] + shares[:, None] * (ends[1] - ends[0])
    images = estimator.decode(z)
    if dataset:
        figure = figures.interpolation(images, shares, estimator.seen(X), labels)
    else:
        figure = figures.interpolation(images, shares)
    return use.write(stem, figure, share=shares, z=z, images=images)
