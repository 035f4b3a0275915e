"""What pixels and labels may be: what is clear is read, what is not gets a line."""

import numpy as np
import pytest

from common import UserError
from common.images import data
from tests.images.layouts import KERAS


@pytest.fixture
def arrays(digits):
    """Some of the bundled digits, as Keras's arrays."""
    x, y = digits.train_images, digits.train_labels
    return dict(zip(KERAS, (x[:200], y[:200], x[200:250], y[200:250]), strict=True))


def changed(arrays, letter, change):
    """With other images (x) or labels (y)."""
    return {k: change(a) if k[0] == letter else a for k, a in arrays.items()}


def load(tmp_path, arrays):
    np.savez(tmp_path / "data.npz", **arrays)
    return data.load(str(tmp_path / "data.npz"))


def refused(tmp_path, arrays, words):
    with pytest.raises(UserError) as caught:
        load(tmp_path, arrays)
    assert str(caught.value) == f"{tmp_path / 'data.npz'}: {words}"


def same(dataset, arrays):
    values = [getattr(dataset, f"{part}_images") for part in ("train", "test")]
    for images, key in zip(values, ("x_train", "x_test"), strict=True):
        assert (images.dtype, images.shape[1:]) == (np.uint8, (784,))
        np.testing.assert_array_equal(images, arrays[key])
    np.testing.assert_array_equal(dataset.train_labels, arrays["y_train"])
    np.testing.assert_array_equal(dataset.test_labels, arrays["y_test"])
    assert dataset.notes == ()


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint64", "float16", "float64"])
def test_bytes(tmp_path, arrays, dtype):
    same(load(tmp_path, changed(arrays, "x", lambda x: x.astype(dtype))), arrays)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_numbers_from_0_to_1(tmp_path, arrays, dtype):
    shares = changed(arrays, "x", lambda x: (x / 255).astype(dtype))
    same(load(tmp_path, shares), arrays)
    shares["x_train"] = shares["x_train"] * np.float64(1 + 1e-7)
    same(load(tmp_path, shares), arrays)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32"])
def test_black_and_white(tmp_path, arrays, dtype):
    black = changed(arrays, "x", lambda x: (x > 127).astype(dtype))
    same(load(tmp_path, black), changed(arrays, "x", lambda x: 255 * (x > 127)))


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (1, 28, 28)])
def test_shapes(tmp_path, arrays, shape):
    squares = changed(arrays, "x", lambda x: x.reshape(-1, *shape))
    same(load(tmp_path, squares), arrays)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize(
    ("change", "span"),
    [
        (lambda x: x / 127.5 - 1, "-1 to 1, with fractions"),
        (lambda x: x // 17, "0 to 15"),
        (lambda x: np.rint(x / 2.55), "0 to 100"),
        (lambda x: x.astype("u2") * 257, "0 to 65535"),
        (lambda x: np.where(x < 255, x, 254.5), "0 to 254.5, with fractions"),
        (lambda x: x.astype(int) - 1, "-1 to 254"),
        (lambda x: np.where(x < 9, np.nan, x), "nan to nan, with fractions"),
    ],
)
def test_other_scales(tmp_path, arrays, part, change, span):
    arrays[f"x_{part}"] = change(arrays[f"x_{part}"])
    words = f"{part} pixels lie in {span}; expected whole numbers from 0 (background) "
    refused(tmp_path, arrays, words + "to 255 (ink), or any from 0 to 1")


@pytest.mark.parametrize(
    ("change", "shape"),
    [
        (lambda x: x[:, :560], "(200, 560) and dtype uint8"),
        (lambda x: x.reshape(-1, 28, 28)[0], "(28, 28) and dtype uint8"),
        (lambda x: np.zeros((9, 28, 28, 3)), "(9, 28, 28, 3) and dtype float64"),
        (lambda x: x.astype("U3"), "(200, 784) and dtype <U3"),
    ],
)
def test_other_shapes(tmp_path, arrays, change, shape):
    arrays["x_train"] = change(arrays["x_train"])
    words = f"train images have shape {shape}; expected (N, 28, 28) numbers"
    refused(tmp_path, arrays, words)


def test_numbers_of_images(tmp_path, arrays):
    refused(tmp_path, arrays | {"y_test": np.arange(49)}, "50 images but 49 labels")
    refused(
        tmp_path, arrays | {"x_test": arrays["x_test"][:0]}, "there are no test images"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda y: y[:, None],
        lambda y: y.astype(float),
        lambda y: y.astype("U2"),
        lambda y: y.astype("S2"),
    ],
    ids=["column", "float", "text", "bytes"],
)
def test_labels(tmp_path, arrays, change):
    same(load(tmp_path, changed(arrays, "y", change)), arrays)


@pytest.mark.parametrize(
    "labels",
    [
        np.eye(200, 14),
        np.full(200, "seven"),
        np.arange(200) + 0.5,
        np.full(200, np.nan),
        np.full(200, np.inf),
        np.full(200, 2**64 - 1, np.uint64),
    ],
    ids=["14 columns", "words", "fractions", "nan", "inf", "huge"],
)
def test_labels_of_no_use(tmp_path, arrays, labels):
    dataset = load(tmp_path, arrays | {"y_train": labels})
    assert dataset.train_labels is dataset.test_labels is None
    [note] = dataset.notes
    assert note == "no labels that are whole numbers: no picture shows classes"
