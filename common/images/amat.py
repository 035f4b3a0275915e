"""Reading images that were binarized once and for all, as Larochelle's MNIST was.

A line of text is an image: 784 numbers, each 0 or 1.  There are no labels.
"""

import gzip
import re
import zlib

import numpy as np

from common import UserError

NAME = re.compile(r"(.*)(train|valid|test)\.amat(?:\.gz)?")
PARTS = ("train", "valid", "test")
PIXELS = 784
SPACES = b" " * (PIXELS - 1)


def is_in(folder):
    """Whether a folder has such files, some of them at least."""
    return any(_is_amat(path) for path in folder.iterdir())


def _is_amat(path):
    return path.name.endswith((".amat", ".amat.gz")) and not path.name.startswith(".")


def read(folder):
    """Three files: training, validation and test images.  -> four arrays, notes

    The first two are joined to train on, which makes MNIST's usual 60,000; in place of
    labels stands None.
    """
    train, valid, test = map(_images, _find(folder))
    note = (
        f"binarized once and for all (static): {len(train):,} training and "
        f"{len(valid):,} validation images are joined to train on"
    )
    return [np.concatenate([train, valid]), None, test, None], (note,)


def _find(folder):
    """The files of the three parts.  UserError that names the first missing one."""
    found, prefixes = {}, set()
    for path in sorted(folder.iterdir(), reverse=True):  # plain after (over) gzipped
        match = NAME.fullmatch(path.name)
        if match and _is_amat(path):
            prefix, part = match.groups()
            found[part] = path
            prefixes.add(prefix)
    if len(prefixes) > 1:
        raise UserError(f"{folder}: more than one data set; keep one per folder")
    names = [f"{''.join(prefixes)}{part}.amat" for part in PARTS]
    for part, name in zip(PARTS, names, strict=True):
        if part not in found:
            first, second, third = names
            raise UserError(
                f"{folder}: no {name}; expected {first}, {second} and {third}, gzipped "
                "or not"
            )
    return [found[part] for part in PARTS]


def _images(path):
    """All images of a file.  UserError, naming the line.  -> (N, 784) uint8, 0 or 255

    Line by line, so that memory holds the pixels and not the text.
    """
    with path.open("rb") as file:
        unpack = gzip.open if file.read(2) == b"\x1f\x8b" else open
    digits = bytearray()
    try:
        with unpack(path, "rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    digits += _digits(number, line)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(f"{path}: damaged gzip file ({error})") from None
    if not digits:
        raise UserError(f"{path}: there are no images")
    on = np.frombuffer(digits, np.uint8).reshape(-1, PIXELS) == ord("1")
    return on * np.uint8(255)


def _digits(number, line):
    """The numbers of a line, one byte each.  ValueError for what is not 0 or 1."""
    line = line.rstrip()
    if line[1::2] == SPACES and len(line) == 2 * PIXELS - 1:  # as nearly all are
        values = line[::2]
        if not values.strip(b"01"):
            return values
    values = line.split()
    if len(values) != PIXELS:
        wanted = f"{PIXELS} numbers, each 0 or 1"
        raise ValueError(f"line {number}: expected {wanted}, not {len(values)}")
    for value in values:
        if value not in (b"0", b"1"):
            found = value.decode(errors="replace")[:20]
            raise ValueError(f"line {number}: expected 0 or 1, not {found!r}")
    return b"".join(values)
