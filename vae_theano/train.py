"""`python -m vae_theano.train`: train a variational autoencoder with Theano."""

import shutil
import sys

from tqdm import tqdm

from common import cli

FUNCTIONS = ("_train", "_evaluate", "_encode", "_decode")
COMPILING = "Theano compiles four functions: half a minute at first, then some seconds"
NO_COMPILER = (
    "note: g++ is missing, so Theano runs without compiled code, 3,000 times slower "
    "(Debian: apt install g++; macOS: xcode-select --install)"
)


def build(parameters, activation, quiet):
    """Import Theano only now, so that --help and mistakes answer at once."""
    from vae_theano import Network

    network = Network(parameters, activation)
    if not shutil.which("g++"):
        print(NO_COMPILER, file=sys.stderr)
    elif not quiet:
        print(COMPILING, flush=True)
    for name in tqdm(FUNCTIONS, "compiling", leave=False, disable=quiet or None):
        getattr(network, name)
    return network


if __name__ == "__main__":
    sys.exit(cli.train("vae_theano", ["theano-pymc"], build))
