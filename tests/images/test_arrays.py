"""What pixels and labels may be: what is clear is read, what is not gets a line."""

from functools import partial
from operator import methodcaller

import numpy as np
import pytest

from common import UserError
from common.images import data
from tests.images.layouts import KERAS, same


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


of, shaped = partial(methodcaller, "astype"), partial(methodcaller, "reshape", -1)


def between_0_and_1(dtype):
    return lambda x: (x / 255).astype(dtype)


@pytest.mark.parametrize(
    ("letter", "change"),
    [
        *[("x", of(t)) for t in ("uint8", "int16", "uint64", "float16", "float64")],
        *[("x", between_0_and_1(t)) for t in ("float16", "float32", "float64")],
        ("x", lambda x: x / 255 * (1 + 1e-7)),
        *[("x", shaped(*s)) for s in ((28, 28), (28, 28, 1), (1, 28, 28))],
        ("y", shaped(1)),
        *[("y", of(t)) for t in (float, "U2", "S2")],
    ],
)
def test_what_is_read(tmp_path, arrays, letter, change):
    same(load(tmp_path, changed(arrays, letter, change)), arrays)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32"])
def test_black_and_white(tmp_path, arrays, dtype):
    black = changed(arrays, "x", lambda x: (x > 127).astype(dtype))
    same(load(tmp_path, black), changed(arrays, "x", lambda x: 255 * (x > 127)))


SCALE = (
    "{part} pixels lie in {}; expected whole numbers from 0 (background) to 255 (ink), "
    "or any from 0 to 1"
)
SHAPE = "{part} images have shape {}; expected (N, 28, 28) numbers"


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize(
    ("line", "change", "what"),
    [
        (SCALE, lambda x: x / 127.5 - 1, "-1 to 1, with fractions"),
        (SCALE, lambda x: x / 170, "0 to 1.5, with fractions"),
        (SCALE, lambda x: x // 2, "0 to 127"),
        (SCALE, lambda x: np.rint(x / 2.55), "0 to 100"),
        (SCALE, lambda x: x.astype("u2") + 1, "1 to 256"),
        (SCALE, lambda x: np.where(x < 255, x, 254.5), "0 to 254.5, with fractions"),
        (SCALE, lambda x: x.astype(int) - 1, "-1 to 254"),
        (SCALE, lambda x: np.where(x < 9, np.nan, x), "nan to nan, with fractions"),
        (SHAPE, lambda x: x[:20, :560], "(20, 560) and dtype uint8"),
        (SHAPE, lambda x: x.reshape(-1, 28, 28)[0], "(28, 28) and dtype uint8"),
        (SHAPE, lambda x: np.zeros((9, 28, 28, 3)), "(9, 28, 28, 3) and dtype float64"),
        (SHAPE, lambda x: x[:9].astype("U3"), "(9, 784) and dtype <U3"),
        ("there are no {part} images", lambda x: x[:0], ""),
        ("9 images but {} labels", lambda x: x[:9], {"train": 200, "test": 50}),
    ],
)
def test_what_is_not(tmp_path, arrays, part, line, change, what):
    arrays[f"x_{part}"] = change(arrays[f"x_{part}"])
    with pytest.raises(UserError) as caught:
        load(tmp_path, arrays)
    what = what[part] if isinstance(what, dict) else what
    expected = f"{tmp_path / 'data.npz'}: {line.format(what, part=part)}"
    assert str(caught.value) == expected


SIGNAL = np.frombuffer(b"\1\0\xa0\x7f", "f4")[0]  # a NaN of which NumPy warns
OF_NO_USE = ["seven", 0.5, np.nan, np.inf, SIGNAL, np.uint64(2**64 - 1)]
OF_NO_USE += [np.eye(200, 14)]


@pytest.mark.parametrize("label", OF_NO_USE, ids=str)
def test_labels_of_no_use(tmp_path, arrays, label):
    """The same for each image, or 14 columns of them."""
    labels = label if np.ndim(label) else np.full(200, label)
    dataset = load(tmp_path, arrays | {"y_train": labels})
    assert dataset.train_labels is dataset.test_labels is None
    [note] = dataset.notes
    assert note == "no labels that are whole numbers: no picture shows classes"
