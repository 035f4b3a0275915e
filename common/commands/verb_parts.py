"""What several verbs share: options, test images, the files that they write."""

import numpy as np

from common import UserError, files
from common.commands.command_line import WHOLE

DATA = "whose test images to take, as for training (default: the run's own data)"
DRAW = (
    "mean: give the pixel probabilities; sample: draw the pixels from them, and before "
    "that the code of a given image from q(z|x) (default: mean)"
)
SEED = "of what is drawn (default: 0)"


def add_data(parser):
    """Add --data: then a verb is given test images."""
    parser.add_argument("--data", metavar="SOURCE", help=DATA)


def add_draw(parser, about):
    """Add --draw, where the model gives a choice, and --seed."""
    parser.set_defaults(draw=about.draws[0])
    if len(about.draws) > 1:
        parser.add_argument("--draw", choices=about.draws, help=DRAW)
    parser.add_argument("--seed", metavar="N", type=WHOLE, default=0, help=SEED)


def test_images(dataset, numbers):
    """Test images by their numbers, scaled.  -> (N, 784) in [0, 1], (N,) or None"""
    last = len(dataset.test_images) - 1
    for number in numbers:
        if number > last:
            raise UserError(
                f"there is no test image {number}; they have the numbers 0 to {last}"
            )
    X = np.divide(dataset.test_images[numbers], 255, dtype=np.float32)
    labels = dataset.test_labels
    return X, None if labels is None else labels[numbers]


def write(stem, figure, **arrays):
    """STEM.npz, without arrays that are None, and STEM.png -> their paths."""
    paths = [stem.with_name(f"{stem.name}{ending}") for ending in (".npz", ".png")]
    known = {name: array for name, array in arrays.items() if array is not None}
    files.write_arrays(paths[0], **known)
    files.write_figure(paths[1], figure)
    return paths
