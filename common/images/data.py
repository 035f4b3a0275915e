"""Where images come from: `load(source)` gives a Dataset of uint8 pixels."""

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from common import UserError, files

MNIST_SHA256 = "1e35582d42a90940c55b956deb61875c020b567ed20e3c5b174f52bf7809ed9b"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels, if they have any, to train on, and others to test on."""

    name: str
    source: str  # the file, folder or package that the images were read from
    train_images: np.ndarray  # (N, 784) uint8, 0 is background and 255 is ink
    train_labels: np.ndarray | None  # (N,) int64
    test_images: np.ndarray  # (M, 784) uint8
    test_labels: np.ndarray | None  # (M,) int64
    notes: tuple[str, ...] = ()  # what was taken for what, where that is unusual
    binarized: bool = False  # once and for all: pixels are 0 or 255, and stay so

    @cached_property
    def sha256(self):
        """SHA-256 of the arrays' bytes, one after the other, in hexadecimal."""
        digest = hashlib.sha256()
        train, test = self.train_images, self.test_images
        for array in (train, self.train_labels, test, self.test_labels):
            if array is not None:
                digest.update(np.ascontiguousarray(array))
        return digest.hexdigest()

    def check_binarize(self, how, said="--binarize"):
        """UserError if its images are not for that binarization; `said` begins it.

        What is drawn anew and what was drawn once are two tasks: figures of one cannot
        be compared with those of the other.
        """
        unsuited = f"{said} {how} does not suit the images from {self.source}, which"
        if self.binarized and how != "static":
            raise UserError(f"{unsuited} are binarized once and for all (static)")
        parts = self.train_images, self.test_images
        if how == "static" and any((images % 255).any() for images in parts):
            raise UserError(
                f"{unsuited} are gray: static takes images that are binarized already, "
                "such as the three .amat files of binarized MNIST"
            )


def load(source="mnist"):
    """Load `mnist`, `digits` or a path (.npz, folder of files, .csv) -> Dataset.

    Raises ConnectionError if MNIST is neither on this machine nor to be downloaded,
    and UserError for a path whose content is not a data set.
    """
    if source == "digits":
        return _digits()
    if not source:
        raise UserError("--data is empty; it takes mnist, digits or a path")
    from common.images import download, formats  # the digits need neither

    path = source
    if source == "mnist":
        path = os.environ.get("MNIST_PATH") or download.mnist()
    path = files.path(path)
    return Dataset(Path(source).stem, str(path.absolute()), **formats.read(path))


def load_or_digits(source="mnist", explicit=False):
    """Load data; the digits, with a note, if MNIST is missing -> source, Dataset.

    The source is what `load` takes to find the same data again.  Where MNIST is
    explicitly wanted and missing, UserError instead.
    """
    try:
        dataset = load(source)
    except ConnectionError as error:
        if explicit:
            advice = "set MNIST_PATH to a copy or use --data digits"
            raise UserError(f"{error}; {advice}") from None
        note = "training on the digits that scikit-learn bundles"
        print(f"note: {error}; {note}; MNIST_PATH may name a copy of MNIST")
        return "digits", load("digits")
    return source if source in ("mnist", "digits") else dataset.source, dataset


def _digits():
    """Give scikit-learn's 1,797 bundled digits the size and the place of MNIST's."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = np.stack([_enlarge(image) for image in digits.images])
    labels = digits.target.astype(np.int64)
    train_x, test_x, train_y, test_y = train_test_split(
        images, labels, test_size=297, stratify=labels, random_state=0
    )
    return Dataset("digits", "scikit-learn", train_x, train_y, test_x, test_y)


def _enlarge(image):
    """Scale to 20x20, center of mass in the middle of 28x28.  (8, 8) 0..16 -> (784,)"""
    from scipy import ndimage

    large = ndimage.zoom(
        image / 16 * 255, 20 / 8, order=3, mode="grid-constant", grid_mode=True
    )
    large = np.clip(large.round(), 0, 255).astype(np.uint8)
    center = np.array(ndimage.center_of_mass(large))
    row, column = np.clip(np.round(13.5 - center), 0, 8).astype(int)
    canvas = np.zeros((28, 28), np.uint8)
    canvas[row : row + 20, column : column + 20] = large
    return canvas.reshape(784)
