"""Images that were binarized once and for all: three .amat files, and every refusal."""

import gzip

import numpy as np
import pytest

from common import UserError
from common.images import data
from tests.images.test_data import refused, write_idx

SIZES = {"train": 50, "valid": 10, "test": 12}


def text_of(bits):
    """One line for each image, as np.savetxt writes it, too.  (N, 784) -> str"""
    return "".join(" ".join(map(str, image)) + "\n" for image in bits.tolist())


def write_amat(folder, parts, prefix="binarized_mnist_"):
    """{"train": (N, 784) of 0 and 1, ...} -> the folder of their files"""
    folder.mkdir(exist_ok=True)
    for part, bits in parts.items():
        (folder / f"{prefix}{part}.amat").write_text(text_of(bits))
    return folder


@pytest.fixture
def parts(rng):
    return {p: np.uint8(rng.random((size, 784)) < 0.2) for p, size in SIZES.items()}


@pytest.fixture
def folder(tmp_path, parts):
    return write_amat(tmp_path / "bits", parts)


def same(dataset, parts):
    train = np.concatenate([parts["train"], parts["valid"]])
    for images, bits in (
        (dataset.train_images, train),
        (dataset.test_images, parts["test"]),
    ):
        assert images.dtype == np.uint8
        np.testing.assert_array_equal(images, np.uint8(255) * bits)
    assert dataset.train_labels is None
    assert dataset.test_labels is None
    assert dataset.binarized


def test_training_and_validation_images_are_joined(folder, parts):
    dataset = data.load(str(folder))
    same(dataset, parts)
    assert (dataset.name, dataset.source) == ("bits", str(folder))
    joined, labels, *_ = dataset.notes
    assert "50 training and 10 validation images are joined" in joined
    assert "no labels" in labels


def test_any_prefix_and_gzipped(tmp_path, parts):
    folder = write_amat(tmp_path / "own", parts, prefix="caltech_")
    same(data.load(str(folder)), parts)
    for path in folder.iterdir():
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    same(data.load(str(folder)), parts)
    for path in folder.iterdir():  # packed all the same, whatever it is called
        path.rename(path.with_suffix(""))
    same(data.load(str(folder)), parts)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", " \r\n"),
        lambda text: text.replace(" ", "\t"),
        lambda text: text.replace(" ", "  "),
        lambda text: text + "\n \n",
        lambda text: text[:-1],
    ],
    ids=["windows", "tabs", "wide", "blank lines", "no last line end"],
)
def test_white_space_does_not_matter(folder, parts, change):
    for path in folder.iterdir():
        path.write_bytes(change(path.read_text()).encode())
    same(data.load(str(folder)), parts)


def test_sha256_tells_the_bits_apart(tmp_path, folder, parts):
    other = {part: bits.copy() for part, bits in parts.items()}
    other["test"][3, 5] ^= 1
    first, second = (
        data.load(str(path)).sha256
        for path in (folder, write_amat(tmp_path / "other", other))
    )
    assert first != second


# Refusals


@pytest.mark.parametrize("part", SIZES)
def test_a_missing_part_is_named(folder, part):
    (folder / f"binarized_mnist_{part}.amat").unlink()
    refused(folder, f"no binarized_mnist_{part}.amat; expected binarized_mnist_train")


def test_another_data_set_beside_it(folder, parts, rng):
    path = folder / "binarized_mnist_test.amat"
    path.rename(folder / "other_test.amat")
    refused(folder, "more than one data set; keep one per folder")
    (folder / "other_test.amat").rename(path)
    names = ["x_train", "y_train", "x_test", "y_test"]
    write_idx(folder, dict.fromkeys(names, np.zeros(3, np.uint8)))
    refused(folder, "both .amat and IDX files; keep one set per folder")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("0 " * 783, "expected 784 numbers, each 0 or 1, not 783"),
        ("0 " * 784 + "7", "expected 784 numbers, each 0 or 1, not 785"),
        ("0" * 1567, "expected 784 numbers, each 0 or 1, not 1"),
        ("0 " * 783 + "2", "expected 0 or 1, not '2'"),
        ("0.5 " + "0 " * 783, "expected 0 or 1, not '0.5'"),
        ("0 " * 700 + "x " + "1 " * 83, "expected 0 or 1, not 'x'"),
        ("-1 " + "0 " * 783, "expected 0 or 1, not '-1'"),
    ],
)
@pytest.mark.parametrize("row", [0, 7])
def test_a_wrong_line_is_named(folder, wrong, words, row):
    path = folder / "binarized_mnist_valid.amat"
    lines = path.read_text().splitlines()
    lines[row] = wrong
    path.write_text("\n".join(lines))
    line = refused(folder)
    assert line == f"{path}: line {row + 1}: {words}"


def test_bytes_that_are_no_text(folder):
    path = folder / "binarized_mnist_test.amat"
    path.write_bytes(bytes(range(256)))
    assert refused(folder).startswith(f"{path}: line 1: ")


def test_a_file_without_images(folder):
    path = folder / "binarized_mnist_valid.amat"
    path.write_text("\n\n")
    assert refused(folder) == f"{path}: there are no images"


def test_a_gzip_file_that_is_cut(folder):
    path = folder / "binarized_mnist_test.amat"
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes())[:-100])
    path.unlink()
    assert refused(folder).startswith(f"{packed}: damaged gzip file (")


def test_one_file_is_no_data_set(folder):
    refused(folder / "binarized_mnist_test.amat", "a folder with", "three .amat files")


# Which binarization suits which images


@pytest.mark.parametrize("how", ["dynamic", "threshold", "none"])
def test_bits_are_never_binarized_again(folder, how, digits):
    dataset = data.load(str(folder))
    dataset.check_binarize("static")
    digits.check_binarize(how)
    with pytest.raises(UserError) as caught:
        dataset.check_binarize(how, "file.json: binarize")
    assert str(caught.value) == (
        f"file.json: binarize {how} does not suit the images from {folder}, which are "
        "binarized once and for all (static)"
    )


def test_static_takes_black_and_white(tmp_path, digits):
    with pytest.raises(UserError) as caught:
        digits.check_binarize("static")
    assert str(caught.value) == (
        "--binarize static does not suit the images from scikit-learn, which are grey: "
        "static takes images that are binarized already, such as the three .amat files "
        "of binarized MNIST"
    )
    arrays = {
        "x_train": digits.train_images > 127,
        "y_train": digits.train_labels,
        "x_test": digits.test_images > 127,
        "y_test": digits.test_labels,
    }
    np.savez(tmp_path / "bits.npz", **arrays)
    dataset = data.load(str(tmp_path / "bits.npz"))
    for how in ("static", "dynamic", "threshold", "none"):
        dataset.check_binarize(how)
