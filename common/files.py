"""Paths as users type them, and files that are complete or not there."""

import io
import os
import warnings
from pathlib import Path

import numpy as np

from common import UserError


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
