"""What a user is told while Theano compiles, or that it cannot."""

import shutil
import sys

from tqdm import tqdm

FUNCTIONS = ("_train", "_evaluate", "_encode", "_decode")
COMPILING = "Theano compiles four functions: half a minute at first, then some seconds"
NO_COMPILER = (
    "note: g++ is missing, so Theano runs without compiled code, 3,000 times slower "
    "(Debian: apt install g++; macOS: xcode-select --install)"
)


def announced(network, quiet):
    """Compile what training calls, with a progress bar; if quiet, only when called."""
    if not shutil.which("g++"):
        print(NO_COMPILER, file=sys.stderr)
    elif not quiet:
        print(COMPILING, flush=True)
    for name in (
        () if quiet else tqdm(FUNCTIONS, "compiling", leave=False, disable=None)
    ):
        getattr(network, name)
    return network
