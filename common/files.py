"""Paths as users type them, and files that are complete or not there."""

import io
import os
import warnings
from pathlib import Path

import numpy as np

from common import UserError

LIMIT = 2**30  # bytes, unpacked: 1.7 times what EMNIST's 814,255 images take
FREELY, RATIO = 2**24, 100  # bytes packed in any way; beyond, to at most a hundredth


def path(text):
    """The path that a user means: ~ is the home folder, wherever it is typed."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - leaves ~nobody as it is


def pooch():
    """The library, without its notice in a notebook."""
    warnings.filterwarnings("ignore", "IProgress not found")
    import pooch  # slower than `--help` should be

    return pooch


def cache():
    """The folder of what can be had again.  RuntimeError where there is no home."""
    return pooch().os_cache("vae-lecture")


def opened(path):
    """A file, open to be read.  UserError for a pipe, say, which may have no end."""
    if path.exists() and not path.is_file():
        raise UserError(f"{path}: not a file")
    return path.open("rb")


def write(path, content):
    """Write bytes to a file that takes the name `path` once it is complete.

    Raises UserError if it cannot be written; what was there before is then kept.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_figure(path, figure, dpi=150):
    """Write a matplotlib Figure as a PNG.  UserError as for `write`."""
    content = io.BytesIO()
    with warnings.catch_warnings():  # of letters in a folder's name, say
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        figure.savefig(content, format="png", dpi=dpi)
    write(path, content.getbuffer())


def write_arrays(path, **arrays):
    """Write an .npz.  UserError as for `write`."""
    content = io.BytesIO()
    np.savez(content, **arrays)
    write(path, content.getbuffer())


def arrays(file):
    """The arrays of an open .npz, each read when it is asked for; nothing pickled."""
    arrays = np.load(file, allow_pickle=False)
    check_size(sum(member.file_size for member in arrays.zip.infolist()), limit(file))
    return arrays


def limit(file):
    """More bytes than an open file can honestly hold, packed or not."""
    return min(LIMIT, max(FREELY, RATIO * os.fstat(file.fileno()).st_size))


def check_size(size, limit):
    """ValueError if there are too many bytes."""
    if size >= limit:
        raise ValueError("too large for images of 28 x 28 pixels")
