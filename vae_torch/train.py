"""`python -m vae_torch.train`: train a variational autoencoder with PyTorch."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("vae_torch"))
