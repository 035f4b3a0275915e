"""Reading a data set from a path: .npz, a folder of IDX or .amat files, or .csv."""

import gzip
import itertools
import math
import os
import re
import zipfile
import zlib

import numpy as np

from common import UserError
from common.images import amat, meaning, tables

IDX_NAME = re.compile(
    r"(.*)(train|t10k|test)-(images|labels)[-.]idx([13])-ubyte(?:\.gz)?"
)
GZIP = b"\x1f\x8b"


def read(path):
    """Training images and labels, test images and labels.  Path -> four arrays, notes

    Images are (N, 28, 28) or (N, 784) uint8, labels (N,) integers or, where there are
    none, None.  Notes are lines on what was taken for what, where that is unusual.
    Raises UserError, naming the file and the fault, for what is not clear.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file or folder")
    if not os.access(path, os.R_OK):
        raise UserError(f"{path}: cannot be read (Permission denied)")
    readers = {".npz": _read_npz, ".csv": _read_csv, ".csv.gz": _read_csv}
    if path.is_dir():
        reader = _read_folder
    else:
        ends = [end for end in readers if path.name.lower().endswith(end)]
        reader = readers[ends[0]] if ends else None
    if reader is None:
        raise UserError(
            f"{path}: unknown kind of data; expected a .npz, a .csv (or .csv.gz), or a "
            "folder with the four IDX files or the three .amat files"
        )
    try:
        arrays, found = reader(path)
    except UserError:
        raise
    except Exception as error:  # numpy, zipfile and csv raise a dozen kinds
        raise UserError(f"{path}: damaged or unreadable ({_one_line(error)})") from None
    arrays, notes = meaning.understand(path, *arrays)
    return arrays, (*found, *notes)


def _one_line(error):
    return " ".join(str(error).split()) or type(error).__name__


def _read_npz(path):
    """Keras's layout: x_train, y_train, x_test, y_test; or MedMNIST's names."""
    keys = ["x_train", "y_train", "x_test", "y_test"]
    others = ["train_images", "train_labels", "test_images", "test_labels"]
    if not zipfile.is_zipfile(path):
        raise UserError(f"{path}: not an .npz file, or a truncated one")
    with np.load(path, allow_pickle=False) as arrays:
        if set(others) <= set(arrays):
            keys = others
        missing = [key for key in keys if key not in arrays]
        if missing:
            raise UserError(
                f"{path}: no array {', '.join(missing)}; expected {', '.join(keys)}"
            )
        found = [arrays[key] for key in keys]
    for key, array in zip(keys, found, strict=True):
        if not isinstance(array, np.ndarray):
            raise UserError(f"{path}: {key} is no array")
    return found, ()


def _read_folder(folder):
    """IDX files, or .amat files."""
    if not amat.is_in(folder):
        return _read_idx_folder(folder)
    if any(IDX_NAME.fullmatch(path.name) for path in folder.iterdir()):
        raise UserError(f"{folder}: both .amat and IDX files; keep one set per folder")
    return amat.read(folder)


def _read_idx_folder(folder):
    """Four IDX files, gzipped or not, under the names of MNIST or EMNIST."""
    found = {}
    prefixes = set()
    for path in sorted(folder.iterdir(), reverse=True):  # plain after (over) gzipped
        match = IDX_NAME.fullmatch(path.name)
        if match and path.is_file() and not path.name.startswith("."):
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
    return arrays, ()


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
        few = "; truncated?" if len(values) < math.prod(shape) else ""
        raise UserError(
            f"{path}: {len(values)} bytes after the header, which promises "
            f"{' x '.join(map(str, shape))}{few}"
        )
    return values.reshape(shape)


def _read_csv(path):
    """Kaggle's Digit Recognizer, OpenML's MNIST.  One image in seven is a test."""
    images, labels, notes = tables.read(path)
    order = np.random.default_rng(0).permutation(len(images))
    test, train = np.split(order, [max(1, len(images) // 7)])
    return [images[train], labels[train], images[test], labels[test]], notes
