"""What a Dataset is."""

import numpy as np
import pytest

from common import UserError
from common.images import data
from common.packages import ROOT
from tests.images.layouts import KERAS


def test_digits_look_like_mnist(digits):
    images = np.concatenate([digits.train_images, digits.test_images])
    assert (len(digits.train_images), images.shape) == (1500, (1797, 784))
    assert images.dtype == np.uint8
    labels = digits.train_labels, digits.test_labels
    np.testing.assert_allclose(*(np.bincount(y) / len(y) for y in labels), atol=0.01)
    squares = images.reshape(-1, 28, 28).astype(float)
    for axis in (1, 2):
        center = (squares.sum(axis) @ np.arange(28)) / squares.sum((1, 2))
        assert abs(center - 13.5).max() <= 0.5
    assert np.median(images.max(1)) >= 180
    former = ROOT / "tests" / "fixtures" / "vae_tf" / "config.json"
    assert f'"{digits.sha256}"' in former.read_text()  # as they ever were


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


def test_static_takes_black_and_white(digits):
    black = 255 * np.uint8(digits.train_images > 127)
    data.Dataset("black", "here", black, None, black, None).check_binarize("static")
    with pytest.raises(UserError, match=r"--binarize static .*, which are gray"):
        digits.check_binarize("static")
