"""Fetching MNIST from the network, or from what was fetched before."""

import os
import re
import sys
import warnings
from pathlib import Path
from urllib.parse import urlsplit

from common import UserError

# The files that Keras and the IDX mirror publish, by SHA-256.
NPZ_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
NPZ_FILES = {
    "mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
}
IDX_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
IDX_FILES = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}
TIMEOUT = 10  # seconds without a byte before a download counts as failed
RETRIES = 2


class UnreachableError(UserError):
    """MNIST is not on this machine and could not be downloaded.  Says why."""


def cached():
    """Where MNIST lies, intact: path of the .npz or of the IDX folder; or None."""
    for folder, files in _places():
        if all(_intact(folder / name, digest) for name, digest in files.items()):
            return _location(folder, files)
    return None


def _places():
    """Where to look: pairs of a folder and its files.  Our own cache comes first."""
    warnings.filterwarnings("ignore", "IProgress not found")  # of pooch in a notebook
    import pooch

    try:
        cache = pooch.os_cache("vae-lecture") / "mnist"
    except RuntimeError:  # no HOME, and a user whom the system does not know
        raise UnreachableError(
            "MNIST cannot be looked for or kept, since there is no home folder (HOME)"
        ) from None
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() may raise
    keras = home / ".keras" / "datasets"
    return [(cache, NPZ_FILES), (keras, NPZ_FILES), (cache, IDX_FILES)]


def _damaged():
    """Files of MNIST that are there, but not as published."""
    files = {
        folder / name: digest
        for folder, names in _places()
        for name, digest in names.items()
    }
    return [p for p, digest in files.items() if p.exists() and not _intact(p, digest)]


def mnist():
    """Find MNIST in a cache or fetch it -> path of the .npz or of the IDX folder.

    Raises UnreachableError with the reason of each source if none can be reached.
    """
    found = cached()
    if found:
        return found
    damaged, reasons = _damaged(), []
    cache = _places()[0][0]
    for url, files in [(NPZ_URL, NPZ_FILES), (IDX_URL, IDX_FILES)]:
        reason = _fetch(url, files, cache)
        if reason is None:
            return _location(cache, files)
        reasons.append(f"{urlsplit(url).netloc}: {reason}")
    missing = "is not on this machine and could not be downloaded"
    if damaged:
        files = " and ".join(map(str, damaged))
        missing = f"in {files} is damaged and ignored, and could not be downloaded"
    raise UnreachableError(f"MNIST {missing} ({'; '.join(reasons)})")


def _intact(path, digest):
    import pooch

    return path.is_file() and pooch.file_hash(path) == digest


def _location(folder, files):
    return folder / "mnist.npz" if files is NPZ_FILES else folder


def _fetch(url, files, cache):
    """Download the files into the cache -> None, or why that failed, in a few words."""
    import pooch
    from requests import HTTPError, RequestException
    from requests.exceptions import ChunkedEncodingError

    pooch.get_logger().setLevel("ERROR")
    http = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=TIMEOUT)
    source = pooch.create(cache, url, registry=files, retry_if_failed=RETRIES)
    try:
        for name in files:
            source.fetch(name, downloader=http)
    except HTTPError as error:
        return f"HTTP status {error.response.status_code}"
    except ChunkedEncodingError:
        return "the connection broke off"
    except RequestException as error:
        cause = getattr(error.args[0] if error.args else error, "reason", error)
        # Without urllib3's object addresses and error numbers.
        return re.sub(r".*>: |.*\): | \(\[Errno.*", "", str(cause))
    except ValueError:
        return "what arrived does not match its checksum"
    except OSError as error:
        return f"cannot write to {cache} ({error.strerror})"
    return None
