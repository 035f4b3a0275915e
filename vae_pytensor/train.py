"""`python -m vae_pytensor.train`: train a variational autoencoder with PyTensor."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("vae_pytensor"))
