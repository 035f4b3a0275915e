"""Fetching MNIST from the network, or from what was fetched before."""

import contextlib
import socket
import sys
import threading
from urllib.parse import urlsplit

from common import files

# The files that Keras and the IDX mirror publish, by SHA-256.
NPZ = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
IDX = "https://ossci-datasets.s3.amazonaws.com/mnist/"
SOURCES = {
    NPZ: {
        "mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    },
    IDX: {
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
    },
}
CONNECT, TIMEOUT = 15, 30  # seconds to connect to each source; without a byte


def cached():
    """Where MNIST lies, intact: path of the .npz or of the IDX folder; or None."""
    pooch = files.pooch()
    for folder, digests in _places():
        with contextlib.suppress(OSError):  # of what is not there or cannot be read
            if all(pooch.file_hash(folder / n) == d for n, d in digests.items()):
                return folder / "mnist.npz" if "mnist.npz" in digests else folder
    return None


def mnist():
    """Find MNIST in a cache or fetch it -> path of the .npz or of the IDX folder.

    Raises ConnectionError with the reason of each source if none can be reached.
    """
    if location := cached():
        return location
    pooch, reasons = files.pooch(), []
    pooch.get_logger().setLevel("ERROR")
    options = {"progressbar": sys.stderr.isatty(), "timeout": (CONNECT, TIMEOUT)}
    http = pooch.HTTPDownloader(**options)
    for url, digests in SOURCES.items():
        host = urlsplit(url).netloc
        print(f"downloading MNIST (11 MB) from {host}", flush=True)
        source = pooch.create(_places()[0][0], url, registry=digests)
        try:
            host += _reach(url)
            for name in digests:
                source.fetch(name, downloader=http)
        except (OSError, ValueError) as error:  # those of requests are OSErrors
            reasons.append(f"{host}: {_root(error)}")
        else:
            return cached()
    missing = "MNIST is not on this machine and could not be downloaded"
    raise ConnectionError(f"{missing} ({'; '.join(reasons)})")


def _reach(url):
    """Connect as requests will, but not for long -> which proxy stands between, if any.

    The limit that requests knows holds for each address, and some hosts have twenty.
    """
    from requests import utils  # slower than `--help` should be

    proxy = utils.select_proxy(url, utils.get_environ_proxies(url))
    way = urlsplit(utils.prepend_scheme_if_needed(proxy or url, "http"))

    def connect():
        with contextlib.suppress(OSError):  # which requests will report
            socket.create_connection((way.hostname, way.port or way.scheme)).close()

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECT)
    if thread.is_alive():
        raise TimeoutError(f"no connection to {way.hostname} in {CONNECT} seconds")
    return f" through the proxy {way.hostname}" if proxy else ""


def _places():
    """Where to look: pairs of a folder and its files.  Our own cache comes first."""
    try:
        cache = files.cache() / "mnist"
    except RuntimeError as error:
        raise ConnectionError(f"MNIST cannot be kept ({error})") from None
    keras = files.path("~/.keras/datasets")
    npz, idx = SOURCES.values()
    return [(cache, npz), (keras, npz), (cache, idx)]


def _root(error):
    """The first cause of an error, in one line."""
    while error.__context__:
        error = error.__context__
    return " ".join(str(error).split())
