"""What a Dataset is, and which binarization suits which images."""

import numpy as np
import pytest

from common import UserError
from common.images import data
from tests.images.layouts import KERAS, write_amat


def test_digits_look_like_mnist(digits):
    images = np.concatenate([digits.train_images, digits.test_images])
    assert digits.train_images.shape == (1500, 784)
    assert digits.test_images.shape == (297, 784)
    assert images.dtype == np.uint8
    shares = np.bincount(digits.test_labels) / 297
    np.testing.assert_allclose(
        shares, np.bincount(digits.train_labels) / 1500, atol=0.01
    )
    squares = images.reshape(-1, 28, 28).astype(float)
    mass = squares.sum((1, 2))
    rows = (squares.sum(2) * np.arange(28)).sum(1) / mass
    columns = (squares.sum(1) * np.arange(28)).sum(1) / mass
    assert abs(rows - 13.5).max() <= 0.5
    assert abs(columns - 13.5).max() <= 0.5
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


@pytest.fixture
def static(tmp_path, rng):
    bits = rng.random((3, 10, 784)) < 0.2
    parts = dict(zip(("train", "valid", "test"), bits, strict=True))
    return data.load(str(write_amat(tmp_path / "bits", parts)))


@pytest.mark.parametrize("how", ["dynamic", "threshold", "none"])
def test_bits_are_never_binarized_again(static, how, digits):
    static.check_binarize("static")
    digits.check_binarize(how)
    with pytest.raises(UserError) as caught:
        static.check_binarize(how, "file.json: binarize")
    assert str(caught.value) == (
        f"file.json: binarize {how} does not suit the images from {static.source}, "
        "which are binarized once and for all (static)"
    )


def test_static_takes_black_and_white(digits):
    with pytest.raises(UserError) as caught:
        digits.check_binarize("static")
    assert str(caught.value) == (
        "--binarize static does not suit the images from scikit-learn, which are grey: "
        "static takes images that are binarized already, such as the three .amat files "
        "of binarized MNIST"
    )
    black = 255 * np.uint8(digits.train_images > 127)
    dataset = data.Dataset("black", "here", black, None, black, None)
    for how in ("static", "dynamic", "threshold", "none"):
        dataset.check_binarize(how)
