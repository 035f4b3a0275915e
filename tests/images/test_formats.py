"""Every layout that is read, and every refusal, by the line that the user sees."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile

import numpy as np
import pytest

from common import UserError, files
from common.images import data, formats
from tests.images import layouts
from tests.images.layouts import KERAS, idx, table, write_amat, write_idx

PIXELS = [f"pixel{i}" for i in range(784)]
ROW = ["3", *["0"] * 784]


@pytest.fixture
def arrays(rng):
    """Keras's, with 26 classes and images that differ from their mirrors."""
    images = rng.integers(0, 256, (70, 28, 28), dtype=np.uint8)
    labels = rng.integers(0, 26, 70)
    values = images[:60], labels[:60], images[60:], labels[60:]
    return dict(zip(KERAS, values, strict=True))


@pytest.fixture
def bits(rng):
    sizes = {"train": 50, "valid": 10, "test": 12}
    return {part: np.uint8(rng.random((n, 784)) < 0.2) for part, n in sizes.items()}


def write_zip(path, members, packing=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", packing) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def on_their_side(arrays):
    return {k: a.swapaxes(1, 2) if a.ndim == 3 else a for k, a in arrays.items()}


def save(path, arrays):
    with path.open("wb") as file:  # as np.savez would add .npz to its name
        np.savez(file, **arrays)
    return path


def same(path, arrays):
    dataset = data.load(str(path))
    assert dataset.source == str(path)
    layouts.same(dataset, arrays)


def same_rows(path, images, labels):
    """Every row is there, once, with its label; the same seventh is for testing."""
    dataset, count = data.load(str(path)), len(images) // 7
    images = np.reshape(images, (-1, 784))
    order = np.random.default_rng(0).permutation(len(images))
    for part, rows in {"test": order[:count], "train": order[count:]}.items():
        np.testing.assert_array_equal(getattr(dataset, f"{part}_images"), images[rows])
        np.testing.assert_array_equal(getattr(dataset, f"{part}_labels"), labels[rows])


def refused(path, *words, begin=None):
    """One line that names the path, or begins so, and has these words."""
    with pytest.raises(UserError) as caught:
        data.load(str(path))
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(begin or str(path))
    for word in words:
        assert word in line


# An .npz


def test_npz(tmp_path, arrays):
    same(save(tmp_path / "keras.npz", arrays), arrays)
    medmnist = dict(zip(formats.FIELDS, arrays.values(), strict=True))
    same(save(tmp_path / "medmnist.npz", medmnist | {"val_images": 1}), arrays)
    same(save(tmp_path / "another name", medmnist), arrays)


def test_npz_of_something_else(tmp_path, arrays):
    part = {key: arrays[key] for key in KERAS[:3]}
    refused(save(tmp_path / "part.npz", part), "no y_test; expected x_train, y_train")
    texts = write_zip(tmp_path / "text.npz", {f"{key}.npy": b"hello" for key in KERAS})
    refused(texts, "train images have shape () and dtype |S5")


def test_pickles_are_never_loaded(tmp_path, arrays):
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was loaded",))

    arrays["x_train"] = np.array([Bomb()], dtype=object)
    refused(save(tmp_path / "object.npz", arrays), "allow_pickle=False")
    (tmp_path / "bare.npz").write_bytes(pickle.dumps(Bomb()))
    refused(tmp_path / "bare.npz")


# A folder of IDX files


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx(tmp_path, arrays, ending):
    pack = gzip.compress if ending else bytes
    folder = write_idx(tmp_path / "mnist", arrays, pack, ending)
    same(folder, arrays)
    lying = on_their_side(arrays)
    same(write_idx(tmp_path / "e", lying, pack, ending, "emnist-letters-"), arrays)
    for path in folder.iterdir():  # as some sites name them
        path.rename(folder / path.name.replace("-idx", ".idx"))
    same(folder, arrays)


def test_other_files_do_not_count(tmp_path, arrays):
    folder = write_idx(tmp_path / "idx", arrays)
    for path in list(folder.iterdir()):
        path.with_name(f"._{path.name}").write_bytes(b"Mac OS X")
        path.with_name(f"emnist-{path.name}").mkdir()
        path.with_name(f"{path.name}.gz").write_bytes(b"packed, and left over")
    same(folder, arrays)


def test_idx_of_none_or_two(tmp_path, arrays):
    folder = write_idx(tmp_path / "idx", arrays)
    (folder / "t10k-labels-idx1-ubyte").unlink()
    refused(folder, "0 files of t10k-labels-idx1-ubyte (or .gz); expected one")
    write_idx(folder, arrays, prefix="emnist-letters-")
    refused(folder, "2 files of train-images-idx3-ubyte (or .gz); expected one")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file; expected IDX, 3d bytes"),
        (b"<html>" * 9, "a web page; expected IDX, 3d bytes"),
        (bz2.compress(b""), "a bzip2 file; expected IDX, 3d bytes"),
        (idx(np.zeros(60)), "binary data; expected IDX, 3d bytes"),
        (idx(np.zeros((6, 28, 28)))[:-1], "not the 6 x 28 x 28 bytes that its header"),
        (idx(np.zeros((6, 28, 28))) + b"0", "not the 6 x 28 x 28 bytes"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "not the 4294967295 x 4294967295 x"),
        (gzip.compress(idx(np.zeros(9)), mtime=0)[:-9], "Compressed file ended before"),
    ],
)
def test_idx_that_is_none(tmp_path, arrays, content, words):
    folder = write_idx(tmp_path / "idx", arrays)
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(content)
    refused(folder, begin=f"{path}: {words}")


# A folder of .amat files


def same_bits(folder, bits):
    dataset = data.load(str(folder))
    train = np.concatenate([bits["train"], bits["valid"]])
    np.testing.assert_array_equal(dataset.train_images, 255 * train)
    np.testing.assert_array_equal(dataset.test_images, 255 * bits["test"])
    assert dataset.binarized
    assert dataset.train_labels is dataset.test_labels is None
    joined, labels = dataset.notes
    assert "50 training and 10 validation images are joined" in joined
    assert "no labels" in labels


def test_amat(tmp_path, bits):
    folder = write_amat(tmp_path / "own", bits, prefix="caltech_")
    same_bits(folder, bits)
    for path in folder.iterdir():
        text = path.read_text().replace(" ", "\t").replace("\n", " \r\n\r\n")
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(text.encode()))
        path.unlink()
    same_bits(folder, bits)
    for path in folder.iterdir():  # packed all the same, whatever it is called
        path.rename(path.with_suffix(""))
    same_bits(folder, bits)


EXPECTED = "expected lines of 784 numbers, each 0 or 1"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", EXPECTED),
        ("0 " * 783, EXPECTED),
        *[("0 " * 783 + value, EXPECTED) for value in ("2", "0.5", "-1")],
        ("0 " * 783 + "x", "could not convert string 'x' to float32 at row 0, column"),
        ("0 " * 784 + "\n0", "the number of columns changed from 784 to 1 at row 2"),
    ],
)
def test_amat_that_is_none(tmp_path, bits, line, words):
    path = write_amat(tmp_path / "bits", bits) / "binarized_mnist_valid.amat"
    path.write_text(line)
    refused(path.parent, begin=f"{path}: {words}")


def test_folders_of_both_of_none_and_of_a_part(tmp_path, arrays, bits):
    refused(tmp_path, "none of the files; expected one of these: an .npz of x_train")
    write_amat(write_idx(tmp_path / "both", arrays), bits)
    refused(tmp_path / "both", "IDX files and .amat files; expected one of these:")
    del bits["valid"]
    part = write_amat(tmp_path / "part", bits)
    refused(part, "0 files of valid.amat (or .gz); expected one")


# A table


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (["label", *PIXELS], 0),
        ([*PIXELS, '"Class"'], 784),
        ([*PIXELS[:9], " Y ", *PIXELS[9:]], 9),
        ([*PIXELS, "target"], 784),
        ((), 0),
    ],
)
@pytest.mark.parametrize("cell", ["{}", "{:.18e}", '"{}"', " {:4}"])
def test_table(tmp_path, arrays, names, label, cell):
    images, labels = arrays["x_train"], arrays["y_train"]
    path = tmp_path / "train.csv"
    path.write_text(table(images, labels, names, label, cell.format))
    same_rows(path, images, labels)


def test_packed_tables(tmp_path, arrays):
    images, labels = arrays["x_train"], arrays["y_train"]
    text = table(images, labels, ["label", *PIXELS]).encode("utf-8-sig")
    (tmp_path / "plain").write_bytes(text)
    (tmp_path / "train.csv.gz").write_bytes(gzip.compress(text, mtime=0))
    packed = {"train.csv": text, "__MACOSX/._train.csv": "Mac OS X"}
    write_zip(tmp_path / "train.zip", packed)
    for path in tmp_path.iterdir():
        same_rows(path, images, labels)
    two = write_zip(tmp_path / "train.zip", packed | {"test.csv": text})
    refused(two, "a zip file of 2 .csv files; unpack it")
    refused(write_zip(tmp_path / "data.zip", {}), "a zip file of 0 .csv files")


def test_emnist_table(tmp_path, arrays):
    lying = on_their_side(arrays)
    path = tmp_path / "emnist-letters-train.csv"
    path.write_text(table(lying["x_train"], lying["y_train"]))
    same_rows(path, arrays["x_train"], arrays["y_train"])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "an empty file; expected one of these: an .npz"),
        ([PIXELS], "784 columns, 0 of them called a label; expected 785, one of them"),
        ([["id", "label", *PIXELS]], "786 columns, 1 of them called a label"),
        ([["label", "class", *PIXELS[1:]]], "785 columns, 2 of them called a label"),
        ([["label", *PIXELS]], "there are no train images"),
        ([["id", *PIXELS]], "could not convert string 'pixel0' to float32 at row 0"),
        ([ROW, [*ROW, "7"]], "the number of columns changed from 785 to 786 at row 2"),
        ([ROW, ['"3', *ROW], ROW], "the number of columns changed from 785 to 1 at "),
        ([["label", *PIXELS], *[[*ROW, "7"]] * 9], "train images have shape (8, 785)"),
        ([ROW, [*ROW[:9], "", *ROW[10:]]], "could not convert string '' to float32"),
    ],
)
def test_table_that_is_none(tmp_path, rows, words):
    path = tmp_path / "train.csv"
    path.write_text("\n".join(",".join(row) for row in rows))
    refused(path, begin=f"{path}: {words}")


# Whatever there is


def tar(content):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("train.csv"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("pack", "kind"),
    [
        (bz2.compress, "a bzip2 file"),
        (lzma.compress, "an xz file"),
        (tar, "a tar file"),
        (lambda text: gzip.compress(tar(text)), "a tar file"),
        (lambda text: text.decode().encode("utf-16"), "text in UTF-16"),
        (lambda _: b"\n<!DOCTYPE html>", "a web page"),
        (lambda _: b"\x89PNG\r\n\x1a\n\0", "binary data"),
    ],
)
def test_other_kinds(tmp_path, pack, kind):
    path = tmp_path / "train.csv"
    path.write_bytes(pack(",".join(ROW).encode()))
    words = "IDX", "MedMNIST", ".amat", ".csv", ", ".join(formats.LABEL[:2])
    begin = f"{path}: {kind}; expected one of these: an .npz of x_train,"
    refused(path, *words, begin=begin)


def test_nothing_there_and_what_is_no_file_and_no_folder(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    for name in ("missing", "a\0b", "loop"):
        refused(tmp_path / name, "no such file or folder")
    refused(tmp_path / ("x" * 300), "File name too long")
    refused("/dev/null", "Not a directory, nor a file that can be read")
    with pytest.raises(UserError, match="--data is empty"):
        data.load("")


def test_sizes_are_limited(tmp_path, arrays, monkeypatch):
    bomb = bytes(files.FREELY)
    write_zip(tmp_path / "bomb.npz", {"x_train.npy": bomb}, zipfile.ZIP_DEFLATED)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(bomb))
    for name in ("bomb.npz", "bomb.csv.gz"):
        refused(tmp_path / name, "too large for images of 28 x 28")
    monkeypatch.setattr(files, "LIMIT", 20_000)
    refused(save(tmp_path / "large.npz", arrays), "too large for images of 28 x 28")
