"""Reading a data set from a path: .npz, a folder of IDX files, or .csv."""

import csv
import gzip
import itertools
import math
import re
import warnings
import zipfile
import zlib

import numpy as np

from common import UserError

IDX_NAME = re.compile(
    r"(.*)(train|t10k|test)-(images|labels)[-.]idx([13])-ubyte(?:\.gz)?"
)
GZIP = b"\x1f\x8b"


def read(path):
    """Training images and labels, test images and labels.  Path -> four arrays.

    Images are (N, 28, 28) or (N, 784) uint8, labels (N,) integers.  Raises UserError,
    naming the file and the fault, for anything else.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file or folder")
    readers = {".npz": _read_npz, ".csv": _read_csv}
    reader = _read_idx_folder if path.is_dir() else readers.get(path.suffix)
    if reader is None:
        raise UserError(
            f"{path}: unknown kind of data; expected a .npz, a .csv, or a folder "
            "with the four IDX files"
        )
    try:
        arrays = reader(path)
    except UserError:
        raise
    except Exception as error:  # numpy, zipfile and csv raise a dozen kinds
        raise UserError(f"{path}: damaged or unreadable ({_one_line(error)})") from None
    _check(path, "training", *arrays[:2])
    _check(path, "test", *arrays[2:])
    return arrays


def _check(path, part, images, labels):
    if images.dtype != np.uint8:
        raise UserError(
            f"{path}: {part} images have dtype {images.dtype}; expected uint8, 0 to 255"
        )
    if images.shape[1:] not in [(28, 28), (784,)]:
        raise UserError(
            f"{path}: {part} images have shape {images.shape}; expected (N, 28, 28)"
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise UserError(
            f"{path}: {part} labels have shape {labels.shape} and dtype "
            f"{labels.dtype}; expected (N,) integers"
        )
    if len(images) != len(labels):
        raise UserError(
            f"{path}: {len(images)} {part} images but {len(labels)} {part} labels"
        )
    if not len(images):
        raise UserError(f"{path}: there are no {part} images")


def _one_line(error):
    return " ".join(str(error).split()) or type(error).__name__


def _read_npz(path):
    """Keras's layout: x_train, y_train, x_test, y_test."""
    keys = ["x_train", "y_train", "x_test", "y_test"]
    if not zipfile.is_zipfile(path):
        raise UserError(f"{path}: not an .npz file, or a truncated one")
    with np.load(path, allow_pickle=False) as arrays:
        missing = [key for key in keys if key not in arrays]
        if missing:
            raise UserError(
                f"{path}: no array {', '.join(missing)}; expected {', '.join(keys)}"
            )
        return [arrays[key] for key in keys]


def _read_idx_folder(folder):
    """Four IDX files, gzipped or not, under the names of MNIST or EMNIST."""
    found = {}
    prefixes = set()
    for path in sorted(folder.iterdir(), reverse=True):  # plain after (over) gzipped
        match = IDX_NAME.fullmatch(path.name)
        if match:
            prefix, part, kind, dimensions = match.groups()
            found[part.replace("t10k", "test"), kind] = path, int(dimensions)
            prefixes.add(prefix)
    if len(prefixes) > 1:
        raise UserError(f"{folder}: more than one data set; keep one per folder")
    wanted = list(itertools.product(("train", "test"), ("images", "labels")))
    for part, kind in wanted:
        if (part, kind) not in found:
            raise UserError(
                f"{folder}: no {part} {kind}; expected the four IDX files "
                "(train-images-idx3-ubyte and so on, gzipped or not)"
            )
    arrays = [_read_idx(*found[key]) for key in wanted]
    if prefixes.pop().startswith("emnist"):  # whose images lie on their side
        arrays[::2] = [images.swapaxes(1, 2) for images in arrays[::2]]
    return arrays


def _read_idx(path, dimensions):
    """One IDX file: a magic number, the shape, the bytes (all big-endian)."""
    content = path.read_bytes()
    if content[:2] == GZIP:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise UserError(f"{path}: damaged gzip file ({_one_line(error)})") from None
    size = 4 + 4 * dimensions
    magic, *shape = np.frombuffer(content[:size].ljust(size, b"\0"), ">u4").tolist()
    if magic != 0x800 + dimensions:
        raise UserError(f"{path}: not an IDX file of {dimensions}-dimensional bytes")
    values = np.frombuffer(content[size:], np.uint8)
    if len(values) != math.prod(shape):
        raise UserError(
            f"{path}: {len(values)} bytes after the header, which promises "
            f"{' x '.join(map(str, shape))}; truncated?"
        )
    return values.reshape(shape)


def _read_csv(path):
    """Kaggle's Digit Recognizer: label, 784 pixels.  One image in seven is a test."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        first = next(csv.reader(file), [])
    if len(first) != 785:
        raise UserError(
            f"{path}: {len(first)} columns; expected a label and 784 pixels "
            "(the file with labels is train.csv)"
        )
    has_header = not first[0].strip().lstrip("+-").isdigit()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of no rows, which _check refuses
        warnings.simplefilter("error", DeprecationWarning)  # of 1.5 for an integer
        table = np.loadtxt(
            path,
            np.int32,
            comments=None,
            delimiter=",",
            skiprows=int(has_header),
            ndmin=2,
            encoding="utf-8-sig",
        ).reshape(-1, 785)
    if table.size and not (table[:, 1:].min() >= 0 and table[:, 1:].max() <= 255):
        raise UserError(f"{path}: pixels outside 0 to 255")
    order = np.random.default_rng(0).permutation(len(table))
    test, train = np.split(order, [max(1, len(table) // 7)])
    images, labels = table[:, 1:].astype(np.uint8), table[:, 0]
    return images[train], labels[train], images[test], labels[test]
