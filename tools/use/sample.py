"""Generate new images: decode random codes, or the point --z."""

import numpy as np

from common import UserError
from common.settings import Range
from tools import use

FILES = ".png and .npz"


def add_options(parser, model):
    """How many images, or which point."""
    add = parser.add_mutually_exclusive_group().add_argument
    count, value = Range(int, 1, 10_000), Range(float, -(10**6), 10**6)
    add("--count", metavar="N", type=count, help="images (default: 64)")
    add("--z", metavar="Z", nargs="+", type=value, help="decode this point instead")
    use.add_draw(parser, model.words)


def run(options, estimator, dataset, stem):
    """Write codes and the images that they decode to -> paths."""
    from common import figures

    rng, words = np.random.default_rng(options.seed), estimator.words
    if options.z is None:
        z = estimator.random_codes(options.count or 64, rng)
        title = f"{len(z)} random codes, decoded:\n{words.random_code}"
    else:
        z = np.array([options.z], np.float32)
        title = f"z = ({', '.join(f'{value:g}' for value in options.z[:8])}), decoded"
    latent_dim = estimator.settings_.latent_dim
    if z.shape[1] != latent_dim:
        raise UserError(f"--z has {z.shape[1]} values; this model's z has {latent_dim}")
    images = estimator.decode(z, options.draw, rng)
    unit = words.pixel if options.draw == "mean" else "pixels drawn from p(x|z)"
    figure = figures.samples((title, images), unit=unit)
    return use.write(stem, figure, z=z, images=images)
