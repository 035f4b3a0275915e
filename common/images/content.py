"""Files, whatever their names: what they hold, and that unpacked."""

import contextlib
import gzip
import io
import warnings
import zipfile

import numpy as np

from common import UserError, files

OTHERS = {  # that are often met and not read, by their first bytes
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"<": "a web page",
}


@contextlib.contextmanager
def named(path):
    """UserError that names this path, whatever is raised within."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # numpy, zipfile and gzip raise a dozen kinds
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = reason.partition("; use `usecols`")[0]  # NumPy's advice to programmers
        raise UserError(f"{path}: {' '.join(reason.split())}") from None


def unpacked(path):
    """The bytes of a file, or what is in its gzip, or the one .csv in its zip."""
    with files.opened(path) as file:
        start, limit = file.peek(2)[:2], files.limit(file)
        if start == b"\x1f\x8b":
            file = gzip.GzipFile(fileobj=file)
        elif start == b"PK":
            archive = zipfile.ZipFile(file)
            names = [n for n in archive.namelist() if n.endswith(".csv")]
            names = [n for n in names if not n.startswith("__MACOSX/")]
            if len(names) != 1:
                advice = "; unpack it" if names else ""
                raise ValueError(f"a zip file of {len(names)} .csv files{advice}")
            file = archive.open(names[0])
        else:  # before any of it is read
            files.check_size(path.stat().st_size, limit)
        content = file.read(limit)
    files.check_size(len(content), limit)
    return content


def kind(content):
    """What these bytes are, in a few words."""
    start = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    others = [name for first, name in OTHERS.items() if start.startswith(first)]
    if others or not start:
        return others[0] if others else "an empty file"
    if start[257:262] == b"ustar":
        return "a tar file"
    return "binary data" if b"\0" in start else "text"


def numbers(content, dtype=np.uint8, **options):
    """What is written in a text.  -> (lines, columns), bytes where there is no other"""
    options |= {"comments": None, "ndmin": 2, "encoding": "utf-8"}
    text = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of no lines
        warnings.simplefilter("error", DeprecationWarning)  # of 1.5 for a byte
        try:
            return np.loadtxt(text, dtype, **options)
        except (ValueError, DeprecationWarning):
            if dtype != np.uint8:
                raise
            return numbers(content, np.float32, **options)  # eight times as long
