"""Reproduce test images: the input above, the reconstruction below."""

from common import UserError
from common.settings import COUNT, WHOLE
from tools import use

FILES = ".png and .npz"
MOST = 200  # images and their reconstructions in a picture
IMAGES = "numbers of test images, from 0"
FIRST = (
    "or the first N of each class (default: 1; the first ten images, if there are no "
    "labels)"
)


def add_options(parser, model):
    """Which images, and what is drawn."""
    add = parser.add_mutually_exclusive_group().add_argument
    add("--images", metavar="I", nargs="+", type=WHOLE, help=IMAGES)
    add("--per-class", metavar="N", type=COUNT, help=FIRST)
    parser.add_argument("--data", metavar="SOURCE", help=use.DATA)
    use.add_draw(parser, model.words)


def run(options, estimator, dataset, stem):
    """Write the images and their reconstructions -> paths."""
    from common import figures

    if options.per_class and dataset.test_labels is None:
        raise UserError("--per-class: these images have no labels; take --images")
    numbers = options.images or figures.examples(dataset, options.per_class or 1)
    if len(numbers) > MOST:
        raise UserError(f"{len(numbers)} images are too many to show; take {MOST}")
    X, labels = use.test_images(dataset, numbers)
    reconstruction = estimator.reconstruct(X, options.draw, options.seed)
    figure = figures.reconstructed(estimator, X, reconstruction, labels, options.draw)
    arrays = {"images": numbers, "labels": labels, "input": estimator.seen(X)}
    return use.write(stem, figure, **arrays, reconstruction=reconstruction)
