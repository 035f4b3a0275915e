"""Walk from one test image to another, straight through the latent space."""

import numpy as np

from common.commands import verb_parts
from common.commands.command_line import WHOLE, number

FILES = ".png and .npz"


def add_options(parser, about):
    """From where to where."""
    for name, target in (("--from", "start"), ("--to", "end")):
        parser.add_argument(
            name,
            dest=target,
            metavar="I",
            type=WHOLE,
            required=True,
            help="number of a test image, from 0",
        )
    parser.add_argument(
        "--steps",
        metavar="N",
        type=number(int, 2, 100, "whole number from 2 to 100"),
        default=10,
        help="images on the way, both ends included (default: 10)",
    )
    verb_parts.add_data(parser)


def run(options, estimator, dataset, stem):
    """Write the codes on the way and the images that they decode to -> paths."""
    from common import figures

    X, labels = verb_parts.test_images(dataset, [options.start, options.end])
    ends = estimator.transform(X)
    shares = np.linspace(0, 1, options.steps, dtype=np.float32)
    z = ends[0] + shares[:, None] * (ends[1] - ends[0])
    made = estimator.inverse_transform(z)
    figure = figures.interpolation(made, shares, estimator.seen(X), labels)
    return verb_parts.write(stem, figure, share=shares, z=z, images=made)
