"""What a Dataset is, and which binarization suits which images."""

import numpy as np
import pytest

from common import UserError
from common.images import data
from tests.images.layouts import KERAS, write_amat


def test_digits_look_like_mnist(digits):
    images = np.concatenate([digits.train_images, digits.test_images])
    assert (len(digits.train_images), images.shape) == (1500, (1797, 784))
    assert images.dtype == np.uint8
    shares = [
        np.bincount(y) / len(y) for y in (digits.train_labels, digits.test_labels)
    ]
    np.testing.assert_allclose(*shares, atol=0.01)
    squares = images.reshape(-1, 28, 28).astype(float)
    for axis in (1, 2):
        center = (squares.sum(axis) @ np.arange(28)) / squares.sum((1, 2))
        assert abs(center - 13.5).max() <= 0.5
    assert np.median(images.max(1)) >= 180
    assert data.load("digits").sha256 == digits.sha256


def test_names_and_hashes(tmp_path, digits):
    values = digits.train_images, digits.train_labels
    arrays = dict(zip(KERAS, values + values, strict=True))
    hashes = set()
    for name in ("first", "second"):
        np.savez(tmp_path / f"{name}.npz", **arrays)
        dataset = data.load(str(tmp_path / f"{name}.npz"))
        assert (dataset.name, dataset.binarized) == (name, False)
        hashes.add(dataset.sha256)
        arrays["y_test"] = arrays["y_test"] + 1
    assert len(hashes) == 2


def test_bits_are_never_binarized_again(tmp_path, rng):
    parts = dict(zip(("train", "valid", "test"), rng.random((3, 10, 784)), strict=True))
    bits = {part: values < 0.2 for part, values in parts.items()}
    static = data.load(str(write_amat(tmp_path / "bits", bits)))
    static.check_binarize("static")
    for how in ("dynamic", "threshold", "none"):
        with pytest.raises(UserError) as caught:
            static.check_binarize(how, "file.json: binarize")
        assert str(caught.value) == (
            f"file.json: binarize {how} does not suit the images from {static.source}, "
            "which are binarized once and for all (static)"
        )


def test_static_takes_black_and_white(digits):
    black = 255 * np.uint8(digits.train_images > 127)
    dataset = data.Dataset("black", "here", black, None, black, None)
    dataset.check_binarize("static")
    for how in ("dynamic", "threshold", "none"):
        dataset.check_binarize(how)
        digits.check_binarize(how)
    with pytest.raises(UserError) as caught:
        digits.check_binarize("static")
    assert str(caught.value) == (
        "--binarize static does not suit the images from scikit-learn, which are gray: "
        "static takes images that are binarized already, such as the three .amat files "
        "of binarized MNIST"
    )
