"""Data in unusual forms: what is clear works and is noted, what is not gets a line."""

import gzip

import numpy as np
import pytest

from common import UserError
from common.images import data

KEYS = ["x_train", "y_train", "x_test", "y_test"]


@pytest.fixture
def digits():
    """Some of the bundled digits, as Keras's arrays."""
    found = data.load("digits")
    return {
        "x_train": found.train_images[:200],
        "y_train": found.train_labels[:200],
        "x_test": found.test_images[:50],
        "y_test": found.test_labels[:50],
    }


def load(tmp_path, arrays, name="data.npz"):
    np.savez(tmp_path / name, **arrays)
    return data.load(str(tmp_path / name))


def refused(tmp_path, arrays, words, name="data.npz"):
    with pytest.raises(UserError) as caught:
        load(tmp_path, arrays, name)
    assert str(caught.value) == f"{tmp_path / name}: {words}"


def with_images(arrays, change):
    return {k: change(a) if k[0] == "x" else a for k, a in arrays.items()}


def same(dataset, arrays):
    for part, name in (("train", "train"), ("test", "test")):
        images = getattr(dataset, f"{part}_images")
        labels = getattr(dataset, f"{part}_labels")
        assert images.dtype == np.uint8
        np.testing.assert_array_equal(images, arrays[f"x_{name}"].reshape(-1, 784))
        np.testing.assert_array_equal(labels, arrays[f"y_{name}"])


def test_usual_data_have_no_notes(tmp_path, digits):
    dataset = load(tmp_path, digits)
    same(dataset, digits)
    assert dataset.notes == ()
    assert data.load("digits").notes == ()


@pytest.mark.parametrize("dtype", ["uint8", "bool", "int64", "float32"])
def test_black_and_white(tmp_path, digits, dtype):
    binary = with_images(digits, lambda x: (x > 127).astype(dtype))
    dataset = load(tmp_path, binary)
    same(dataset, with_images(digits, lambda x: np.uint8(255) * (x > 127)))
    assert dataset.notes == ("pixels lie in 0 to 1: 1 is ink",)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shares_of_ink(tmp_path, digits, dtype):
    dataset = load(tmp_path, with_images(digits, lambda x: (x / 255).astype(dtype)))
    same(dataset, digits)
    assert dataset.notes == ("pixels lie in 0 to 1: 1 is ink",)


@pytest.mark.parametrize("dtype", ["int16", "uint32", "float64", "float16"])
def test_bytes_of_another_type(tmp_path, digits, dtype):
    dataset = load(tmp_path, with_images(digits, lambda x: x.astype(dtype)))
    same(dataset, digits)
    assert dataset.notes == ()


@pytest.mark.parametrize("full", [15, 16, 100])
def test_other_scales(tmp_path, digits, full):
    coarse = with_images(digits, lambda x: np.rint(x / 255 * full).astype(np.uint8))
    dataset = load(tmp_path, coarse)
    expected = with_images(coarse, lambda x: np.rint(255 * (x / full)).astype(np.uint8))
    same(dataset, expected)
    assert dataset.train_images.max() == 255
    assert dataset.notes == (f"pixels lie in 0 to {full}: {full} is ink",)


def test_signed(tmp_path, digits):
    dataset = load(tmp_path, with_images(digits, lambda x: x / 127.5 - 1))
    same(dataset, digits)
    assert dataset.notes == (
        "pixels lie in -1 to 1: -1 is taken as background and 1 as ink",
    )


def test_rounded(tmp_path, digits):
    dataset = load(tmp_path, with_images(digits, lambda x: x - 0.25 * (x > 0)))
    same(dataset, digits)
    assert dataset.notes == ("pixels are rounded to whole numbers",)


def test_faint(tmp_path, digits):
    dataset = load(tmp_path, with_images(digits, lambda x: np.minimum(x, 200)))
    assert dataset.train_images.max() == 200
    assert dataset.notes == ("pixels lie in 0 to 200: 255 is ink",)


UNCLEAR = (
    "expected 0 (background) to 255 (ink), or 0 to 1: scale them, since it is not "
    "clear how much is full ink"
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x // 5, f"training pixels lie in 0 to 51; {UNCLEAR}"),
        (lambda x: x / 255 * 2, f"training pixels lie in 0 to 2; {UNCLEAR}"),
        (lambda x: x / 255 - 0.13, f"training pixels lie in -0.13 to 0.87; {UNCLEAR}"),
        (
            lambda x: x.astype("u2") * 257,
            "training pixels lie in 0 to 65535; expected 0 (background) to 255 (ink): "
            "divide by 257",
        ),
        (lambda x: x * np.nan, "training pixels are not all finite numbers"),
    ],
)
def test_unclear_scales(tmp_path, digits, change, words):
    refused(tmp_path, with_images(digits, change), words)


@pytest.mark.parametrize(
    ("part", "training", "test"),
    [("x_train", "0 to 1", "0 to 255"), ("x_test", "0 to 255", "0 to 1")],
)
def test_parts_of_different_scales(tmp_path, digits, part, training, test):
    digits[part] = digits[part] / 255
    words = f"training pixels lie in {training}, but test pixels in {test}; "
    refused(tmp_path, digits, words + "scale both in the same way")


def test_paper_is_no_ink(tmp_path, digits):
    dataset = load(tmp_path, with_images(digits, lambda x: 255 - x))
    mean = 255 - digits["x_train"].mean()
    assert dataset.notes == (
        f"the images are mostly bright (mean {mean:.0f} of 255): if that is paper and "
        "not ink, invert them (255 - x)",
    )


def turned(x):
    return x.reshape(-1, 28, 28).swapaxes(1, 2)


def test_lying_on_their_side(tmp_path, digits):
    lying = with_images(digits, turned)
    dataset = load(tmp_path, lying)
    same(dataset, lying)
    assert dataset.notes == (
        "what is in the images is 20 pixels wide and 12 high: if they lie on their "
        "side, swap their rows and columns",
    )


def test_emnist_is_turned_wherever_it_lies(tmp_path, digits):
    dataset = load(tmp_path, with_images(digits, turned), "emnist-digits.npz")
    same(dataset, digits)
    assert dataset.notes == ("EMNIST's images lie on their side: turned upright",)
    assert load(tmp_path, digits, "emnist-upright.npz").notes == ()


@pytest.mark.parametrize("shape", [(-1, 28, 28, 1), (-1, 1, 28, 28), (-1, 784)])
def test_shapes(tmp_path, digits, shape):
    same(load(tmp_path, with_images(digits, lambda x: x.reshape(shape))), digits)


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        (lambda y: y[:, None], ()),
        (lambda y: y.astype(float), ()),
        (
            lambda y: np.eye(10)[y],
            ("labels are one-hot: taken as the numbers of their columns",),
        ),
    ],
)
def test_labels(tmp_path, digits, change, notes):
    changed = {k: change(a) if k[0] == "y" else a for k, a in digits.items()}
    dataset = load(tmp_path, changed)
    same(dataset, digits)
    assert dataset.notes == notes


def test_one_class(tmp_path, digits):
    digits["y_train"] = digits["y_train"] * 0
    assert load(tmp_path, digits).notes == ("every training label is 0",)


def test_medmnist_names(tmp_path, digits):
    names = ["train_images", "train_labels", "test_images", "test_labels"]
    arrays = {name: digits[key] for name, key in zip(names, KEYS, strict=True)}
    same(load(tmp_path, arrays), digits)


# Tables


def write(path, columns, header=None, cell=str, delimiter=","):
    """A table of (N,) or (N, K) arrays."""
    table = np.column_stack(columns)
    lines = [delimiter.join(header)] if header else []
    lines += [delimiter.join(cell(value) for value in row) for row in table.tolist()]
    path.write_text("\n".join([*lines, ""]))


def matches(dataset, images, labels):
    """Every row is there, once, with its label."""
    rows = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    for part in ("train", "test"):
        both = getattr(dataset, f"{part}_images"), getattr(dataset, f"{part}_labels")
        for image, label in zip(*both, strict=True):
            assert rows.pop(image.tobytes()) == label
    assert not rows


PIXELS = [f"pixel{i}" for i in range(784)]
FROM_ONE = [f"pixel{i}" for i in range(1, 785)]
GRID = [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)]
COUNTED = "column {} numbers the images and is left out"
LAST = "labels are taken from column {}{}"


@pytest.mark.parametrize(
    ("order", "header", "notes"),
    [
        ("yx", ["label", *PIXELS], ()),
        ("yx", ["Label", *GRID], ()),
        ("yx", ["digit", *FROM_ONE], ()),
        ("yx", ["unheard of", *FROM_ONE], ()),
        ("yx", ["0", *(str(i) for i in range(1, 785))], ()),
        ("yx", None, ()),
        ("xy", [*FROM_ONE, "class"], (LAST.format(785, " (class)"),)),
        ("xy", [*FROM_ONE, '"class"'], (LAST.format(785, " (class)"),)),
        ("xy", [*PIXELS, "y"], (LAST.format(785, " (y)"),)),
        ("xy", [*PIXELS, "target"], (LAST.format(785, " (target)"),)),
        ("xy", [*PIXELS, "unheard of"], (LAST.format(785, " (unheard of)"),)),
        ("xy", [str(i) for i in range(785)], (LAST.format(785, " (784)"),)),
        ("xy", None, (LAST.format(785, ""),)),
        ("iyx", ["", "label", *PIXELS], (COUNTED.format(1),)),
        ("iyx", ["id", "label", *PIXELS], (COUNTED.format(1),)),
        ("iyx", ["", *(str(i) for i in range(785))], (COUNTED.format(1),)),
        ("iyx", None, (COUNTED.format(1),)),
        ("jyx", None, (COUNTED.format(1),)),
        ("jyx", ["label", *PIXELS], (COUNTED.format(1),)),  # as R writes row names
        ("yxi", ["label", *PIXELS, "n"], (COUNTED.format(786),)),
        (
            "ixy",
            ["Unnamed: 0", *PIXELS, "class"],
            (COUNTED.format(1), LAST.format(786, " (class)")),
        ),
        ("ixy", None, (COUNTED.format(1), LAST.format(786, ""))),
    ],
)
def test_columns(tmp_path, digits, order, header, notes):
    images, labels = digits["x_train"], digits["y_train"]
    count = np.arange(len(images))
    columns = {"y": labels, "x": images, "i": count, "j": count + 1}
    path = tmp_path / "data.csv"
    write(path, [columns[letter] for letter in order], header)
    dataset = data.load(str(path))
    matches(dataset, images, labels)
    assert dataset.notes == notes


def test_packed(tmp_path, digits):
    """As many sites hand a large table out; a wrong cell is found in it, too."""
    images, labels = digits["x_train"], digits["y_train"]
    plain, path = tmp_path / "data.csv", tmp_path / "DATA.csv.gz"
    write(plain, [labels, images], ["label", *PIXELS])
    path.write_bytes(gzip.compress(plain.read_bytes()))
    matches(data.load(str(path)), images, labels)
    wrong = plain.read_text().replace("\n", "\n0x", 1)
    path.write_bytes(gzip.compress(wrong.encode()))
    with pytest.raises(UserError) as caught:
        data.load(str(path))
    assert str(caught.value).startswith(f"{path}: row 2, column 1 (label): could not")


def test_another_encoding(tmp_path, digits):
    path = tmp_path / "data.csv"
    write(path, [digits["y_train"], digits["x_train"]])
    path.write_text(path.read_text(), encoding="utf-16")
    with pytest.raises(UserError) as caught:
        data.load(str(path))
    assert str(caught.value) == f"{path}: not UTF-8; save it as CSV in UTF-8"


def test_pixels_in_alphabetical_order(tmp_path, digits):
    images, labels = digits["x_train"], digits["y_train"]
    header = sorted(PIXELS)
    mixed = images[:, [PIXELS.index(name) for name in header]]
    write(tmp_path / "data.csv", [labels, mixed], ["label", *header])
    dataset = data.load(str(tmp_path / "data.csv"))
    matches(dataset, images, labels)
    assert dataset.notes == (
        "pixels are put in the order of the numbers in their names",
    )


@pytest.mark.parametrize(
    "cell", [lambda v: f"{v}.0", lambda v: f'"{v}"', "{:>4}".format]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_cells(tmp_path, digits, cell, delimiter):
    images, labels = digits["x_train"], digits["y_train"]
    path = tmp_path / "data.csv"
    write(path, [labels, images], ["label", *PIXELS], cell, delimiter)
    matches(data.load(str(path)), images, labels)


def test_shares_in_a_table(tmp_path, digits):
    images, labels = digits["x_train"], digits["y_train"]
    write(tmp_path / "data.csv", [labels, images / 255], ["label", *PIXELS])
    dataset = data.load(str(tmp_path / "data.csv"))
    matches(dataset, images, labels)
    assert dataset.notes == ("pixels lie in 0 to 1: 1 is ink",)


def test_emnist_table(tmp_path, digits):
    images, labels = digits["x_train"], digits["y_train"]
    lying = turned(images).reshape(-1, 784)
    write(tmp_path / "emnist-letters-train.csv", [labels, lying])
    dataset = data.load(str(tmp_path / "emnist-letters-train.csv"))
    matches(dataset, images, labels)
    assert dataset.notes == ("EMNIST's images lie on their side: turned upright",)


HEADER = ["label", *PIXELS]
ROW = ["3", *["0"] * 784]


@pytest.mark.parametrize(
    ("header", "column", "value", "words"),
    [
        (
            HEADER,
            18,
            "x",
            "row 4, column 18 (pixel16): could not convert 'x' to a number",
        ),
        (None, 18, "x", "row 3, column 18: could not convert 'x' to a number"),
        (HEADER, 2, "", "row 4, column 2 (pixel0): could not convert '' to a number"),
        (HEADER, 785, "256", "row 4, column 785 (pixel783): 256 is outside 0 to 255"),
        (HEADER, 785, "-3", "row 4, column 785 (pixel783): -3 is outside 0 to 255"),
        (HEADER, 785, "nan", "row 4, column 785 (pixel783): nan is outside 0 to 255"),
        (
            HEADER,
            9,
            "1.5",
            "row 4, column 9 (pixel7): could not convert 1.5 to a pixel",
        ),
        (
            HEADER,
            1,
            "2.5",
            "row 4, column 1 (label): could not convert 2.5 to a whole number",
        ),
    ],
)
def test_a_wrong_cell(tmp_path, header, column, value, words):
    rows = [list(ROW) for _ in range(9)]
    rows[2][column - 1] = value
    path = tmp_path / "data.csv"
    path.write_text(
        "\n".join(",".join(row) for row in [*([header] if header else []), *rows])
    )
    with pytest.raises(UserError) as caught:
        data.load(str(path))
    assert str(caught.value) == f"{path}: {words}"


def test_rows_count_as_in_an_editor(tmp_path):
    bad = [*ROW[:5], "x", *ROW[6:]]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(["", ",".join(HEADER), "", ",".join(ROW), ",".join(bad)]))
    with pytest.raises(UserError, match=r"row 5, column 6 \(pixel4\)"):
        data.load(str(path))
    path.write_text(path.read_text().replace("x,", "300,"))
    path.write_text(path.read_text().replace("pi300,", "pix,"))
    with pytest.raises(UserError, match=r"row 5, column 6 \(pixel4\): 300 is outside"):
        data.load(str(path))


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        (HEADER, [*ROW, "7"], "row 3 has 786 columns instead of 785"),
        (HEADER, ROW[:-2], "row 3 has 783 columns instead of 785"),
        (["id", *PIXELS], ROW, "no label column; call it label in the first row"),
        (
            ["label", "class", *PIXELS],
            ["3", *ROW],
            "label and class: more than one column may be the label",
        ),
    ],
)
def test_wrong_columns(tmp_path, header, row, words):
    first = ["3", *ROW] if len(header) == 786 else ROW
    path = tmp_path / "data.csv"
    path.write_text("\n".join(",".join(line) for line in [header, first, row]))
    with pytest.raises(UserError) as caught:
        data.load(str(path))
    assert str(caught.value) == f"{path}: {words}"


def test_numbered_images_without_labels(tmp_path, digits):
    images = digits["x_train"]
    path = tmp_path / "data.csv"
    write(path, [np.arange(len(images)), images])
    with pytest.raises(UserError) as caught:
        data.load(str(path))
    assert str(caught.value) == f"{path}: no label column: column 1 counts the rows"


# Whoever reads images says what they were taken for


@pytest.mark.slow
def test_verbs_say_it(tmp_path, digits, command):
    words = ["--data", "digits", "--epochs", 1, "--hidden", 10, "--latent-dim", 2]
    run = tmp_path / "run"
    assert command("vae_numpy.train", *words, "--out", run).returncode == 0
    path = tmp_path / "black.npz"
    np.savez(path, **with_images(digits, lambda x: (x > 127).astype(np.uint8)))
    for verb in (["encode"], ["reconstruct"], ["evaluate", "--judge", 0]):
        usual = command("vae_numpy", verb[0], run, *verb[1:])
        result = command("vae_numpy", verb[0], run, *verb[1:], "--data", path)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith("note   pixels lie in 0 to 1: 1 is ink\n")
        assert result.stdout.count("note") == 1
        assert "note" not in usual.stdout


# Folders


def idx(array):
    header = np.array([0x800 + array.ndim, *array.shape], ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


def test_hidden_files_and_folders_do_not_count(tmp_path, digits):
    names = ["train-images-idx3", "train-labels-idx1"]
    names += ["t10k-images-idx3", "t10k-labels-idx1"]
    for name, key in zip(names, KEYS, strict=True):
        array = digits[key].reshape(-1, 28, 28) if key[0] == "x" else digits[key]
        (tmp_path / f"{name}-ubyte").write_bytes(idx(array))
        (tmp_path / f"._{name}-ubyte").write_bytes(b"Mac OS X")
        (tmp_path / f"{name}-ubyte.gz").mkdir()
        (tmp_path / f"emnist-{name}-ubyte").mkdir()
    (tmp_path / ".DS_Store").write_bytes(b"")
    same(data.load(str(tmp_path)), digits)
