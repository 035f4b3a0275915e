"""Draw new images: decode random codes, or the point --z."""

import numpy as np

from common import UserError
from common.commands import verb_parts
from common.commands.command_line import number

FILES = ".png and .npz"


def add_options(parser, about):
    """How many images, or which point."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--count",
        metavar="N",
        type=number(int, 1, 10_000, "whole number from 1 to 10,000"),
        help="images (default: 64)",
    )
    what.add_argument(
        "--z",
        metavar="Z",
        nargs="+",
        type=number(float, -1e6, 1e6, "number from -1e6 to 1e6"),
        help="decode this point instead",
    )
    verb_parts.add_draw(parser, about)


def run(options, estimator, dataset, stem):
    """Write codes and the images that they decode to -> paths."""
    from common import figures

    rng = np.random.default_rng(options.seed)
    if options.z is None:
        z = estimator.random_codes(options.count or 64, rng)
        title = f"{len(z)} random codes, decoded:\n{estimator.about.random_code}"
    else:
        z = np.array([options.z], np.float32)
        title = f"z = ({', '.join(f'{value:g}' for value in options.z[:8])}), decoded"
    wanted = estimator.settings_.latent_dim
    if z.shape[1] != wanted:
        raise UserError(f"--z has {z.shape[1]} values; this model's z has {wanted}")
    made = estimator.decode(z, options.draw, rng)
    pixel = estimator.about.pixel
    unit = pixel if options.draw == "mean" else "pixels drawn from p(x|z)"
    figure = figures.samples((title, made), unit=unit)
    return verb_parts.write(stem, figure, z=z, images=made)
