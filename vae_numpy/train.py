"""`python -m vae_numpy.train`: train a variational autoencoder with NumPy alone."""

import sys

if not __package__:
    print("error: type this as python -m vae_numpy.train", file=sys.stderr)
    sys.exit(2)

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("vae_numpy"))
