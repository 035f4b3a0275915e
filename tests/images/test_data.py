"""Every format that is read, and every refusal, by the line the user sees."""

import gzip
import pickle

import numpy as np
import pytest

from common import UserError
from common.images import data

KEYS = ["x_train", "y_train", "x_test", "y_test"]


@pytest.fixture
def arrays(rng):
    """A small data set with 26 classes, whose images differ from their mirrors."""
    images = rng.integers(0, 256, (70, 28, 28), dtype=np.uint8)
    labels = rng.integers(0, 26, 70).astype(np.uint8)
    return dict(
        zip(KEYS, [images[:60], labels[:60], images[60:], labels[60:]], strict=True)
    )


def idx(array):
    header = np.array([0x800 + array.ndim, *array.shape], ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


def write_idx(folder, arrays, pack=lambda b: b, ending="", prefix="", test="t10k"):
    folder.mkdir(exist_ok=True)
    names = ["train-images-idx3", "train-labels-idx1"]
    names += [f"{test}-images-idx3", f"{test}-labels-idx1"]
    for name, key in zip(names, KEYS, strict=True):
        path = folder / f"{prefix}{name}-ubyte{ending}"
        path.write_bytes(pack(idx(arrays[key])))
    return folder


def same(dataset, arrays):
    np.testing.assert_array_equal(
        dataset.train_images, arrays["x_train"].reshape(-1, 784)
    )
    np.testing.assert_array_equal(dataset.train_labels, arrays["y_train"])
    np.testing.assert_array_equal(
        dataset.test_images, arrays["x_test"].reshape(-1, 784)
    )
    np.testing.assert_array_equal(dataset.test_labels, arrays["y_test"])
    assert dataset.train_images.dtype == np.uint8
    assert dataset.train_labels.dtype == np.int64


def refused(path, *words):
    with pytest.raises(UserError) as caught:
        data.load(str(path))
    line = str(caught.value)
    assert "\n" not in line
    assert str(path) in line
    for word in words:
        assert word in line
    return line


def test_npz(tmp_path, arrays):
    np.savez_compressed(tmp_path / "letters.npz", **arrays)
    dataset = data.load(str(tmp_path / "letters.npz"))
    same(dataset, arrays)
    assert dataset.name == "letters"
    assert dataset.source == str(tmp_path / "letters.npz")


def test_npz_of_flat_images(tmp_path, arrays):
    flat = arrays | {k: arrays[k].reshape(-1, 784) for k in ("x_train", "x_test")}
    np.savez(tmp_path / "flat.npz", **flat)
    same(data.load(str(tmp_path / "flat.npz")), arrays)


def test_idx(tmp_path, arrays):
    same(data.load(str(write_idx(tmp_path / "plain", arrays))), arrays)


def test_idx_gzipped(tmp_path, arrays):
    folder = write_idx(tmp_path / "gz", arrays, gzip.compress, ".gz")
    same(data.load(str(folder)), arrays)


def test_idx_both_plain_and_gzipped(tmp_path, arrays):
    folder = write_idx(tmp_path / "both", arrays, lambda b: b"left over", ".gz")
    same(data.load(str(write_idx(folder, arrays))), arrays)


def test_emnist_is_turned_upright(tmp_path, arrays):
    lying = arrays | {k: arrays[k].swapaxes(1, 2) for k in ("x_train", "x_test")}
    folder = write_idx(tmp_path / "e", lying, prefix="emnist-letters-", test="test")
    same(data.load(str(folder)), arrays)


@pytest.mark.parametrize("header", [True, False])
def test_csv(tmp_path, arrays, header):
    images, labels = arrays["x_train"].reshape(-1, 784), arrays["y_train"]
    path = tmp_path / "train.csv"
    names = ",".join(["label", *(f"pixel{i}" for i in range(784))]) if header else ""
    table = np.column_stack([labels, images])
    np.savetxt(path, table, "%d", ",", header=names, comments="")
    if not header:
        path.write_text(path.read_text().lstrip("\n"))
    dataset = data.load(str(path))
    assert len(dataset.train_images) == 52
    assert len(dataset.test_images) == 8
    rows = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    for part in ("train", "test"):
        both = getattr(dataset, f"{part}_images"), getattr(dataset, f"{part}_labels")
        for image, label in zip(*both, strict=True):
            assert rows.pop(image.tobytes()) == label
    assert not rows  # every row is used, and used once


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


def test_sha256_tells_data_apart(tmp_path, arrays):
    np.savez(tmp_path / "a.npz", **arrays)
    arrays["y_test"][0] += 1
    np.savez(tmp_path / "b.npz", **arrays)
    first, second = (data.load(str(tmp_path / n)).sha256 for n in ("a.npz", "b.npz"))
    assert first != second


# Refusals


def test_missing(tmp_path):
    refused(tmp_path / "nothing.npz", "no such file")


def test_unknown_kind(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    refused(tmp_path / "notes.txt", "unknown kind")


def test_npz_that_is_none(tmp_path):
    (tmp_path / "fake.npz").write_text("hello")
    refused(tmp_path / "fake.npz", "not an .npz")


def test_npz_truncated(tmp_path, arrays):
    path = tmp_path / "cut.npz"
    np.savez(path, **arrays)
    path.write_bytes(path.read_bytes()[:-2000])
    refused(path, "truncated")


def test_npz_with_flipped_bytes(tmp_path, arrays):
    path = tmp_path / "flipped.npz"
    np.savez(path, **arrays)
    content = bytearray(path.read_bytes())
    content[5000] ^= 0xFF
    path.write_bytes(content)
    refused(path, "damaged", "CRC")


def test_npz_with_pickles(tmp_path, arrays):
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was loaded",))

    arrays["x_train"] = np.array([Bomb()], dtype=object)
    np.savez(tmp_path / "pickled.npz", allow_pickle=True, **arrays)
    refused(tmp_path / "pickled.npz", "damaged or unreadable", "allow_pickle=False")


def test_bare_pickle(tmp_path, arrays):
    (tmp_path / "p.npz").write_bytes(pickle.dumps(arrays))
    refused(tmp_path / "p.npz", "not an .npz")


def test_npz_without_test_labels(tmp_path, arrays):
    del arrays["y_test"]
    np.savez(tmp_path / "part.npz", **arrays)
    refused(tmp_path / "part.npz", "y_test")


@pytest.mark.parametrize(
    ("key", "change", "words"),
    [
        ("x_train", lambda a: a / 255, ["pixels lie in 0 to 1", "scale both"]),
        ("x_train", lambda a: a[:, :20], ["(60, 20, 28)", "(N, 28, 28)"]),
        ("x_test", lambda a: a[0], ["(28, 28)"]),
        ("x_test", lambda a: a[:5], ["5 test images", "10 test labels"]),
        ("y_train", lambda a: a[:, None, None], ["(60, 1, 1)"]),
        ("y_train", lambda a: a + 0.5, ["float64", "integers"]),
        ("y_test", lambda a: a.astype(str), ["integers"]),
    ],
)
def test_npz_of_wrong_arrays(tmp_path, arrays, key, change, words):
    arrays[key] = change(arrays[key])
    np.savez(tmp_path / "wrong.npz", **arrays)
    refused(tmp_path / "wrong.npz", *words)


def test_npz_of_nothing(tmp_path, arrays):
    empty = {key: array[:0] for key, array in arrays.items()}
    np.savez(tmp_path / "empty.npz", **empty)
    refused(tmp_path / "empty.npz", "no training images")


def test_folder_without_the_files(tmp_path, arrays):
    folder = write_idx(tmp_path / "idx", arrays)
    (folder / "t10k-labels-idx1-ubyte").unlink()
    refused(folder, "no test labels", "four IDX files")


def test_folder_of_two_data_sets(tmp_path, arrays):
    folder = write_idx(tmp_path / "idx", arrays, prefix="emnist-letters-")
    write_idx(folder, arrays, prefix="emnist-digits-", test="test")
    refused(folder, "more than one data set")


@pytest.mark.parametrize("size", [3, 700])
def test_idx_truncated(tmp_path, arrays, size):
    folder = write_idx(tmp_path / "idx", arrays)
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:size])
    refused(folder, path.name)


def test_idx_gzip_truncated(tmp_path, arrays):
    folder = write_idx(tmp_path / "idx", arrays, gzip.compress, ".gz")
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])
    refused(folder, path.name, "damaged gzip")


def test_idx_of_another_kind(tmp_path, arrays):
    folder = write_idx(tmp_path / "idx", arrays)
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(b"\0\0\x0d\x03" + path.read_bytes()[4:])
    refused(folder, path.name, "not an IDX file")


def csv(tmp_path, rows):
    path = tmp_path / "train.csv"
    header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    path.write_text("\n".join([header, *rows]))
    return path


ZEROS = ",".join(["0"] * 784)


def test_csv_without_labels(tmp_path):
    path = tmp_path / "test.csv"
    path.write_text(ZEROS + "\n")
    refused(path, "784 columns", "train.csv")


def test_csv_with_a_short_row(tmp_path):
    refused(csv(tmp_path, [f"1,{ZEROS}", "1,2,3"]), "columns", "row")


@pytest.mark.parametrize("value", ["x", "", "1.5"])
def test_csv_with_a_non_number(tmp_path, value):
    refused(csv(tmp_path, [f"1,{value}{ZEROS[1:]}"] * 9), "could not convert")


@pytest.mark.parametrize("value", ["-1", "256"])
def test_csv_with_a_pixel_out_of_range(tmp_path, value):
    refused(csv(tmp_path, [f"1,{value}{ZEROS[1:]}"] * 9), "outside 0 to 255")


def test_csv_of_nothing(tmp_path):
    refused(csv(tmp_path, []), "no training images")
    (tmp_path / "empty.csv").write_text("")
    refused(tmp_path / "empty.csv", "0 columns")
