"""`python -m vae_numpy.train`: train a variational autoencoder with NumPy alone."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("vae_numpy"))
