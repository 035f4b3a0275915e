"""`python -m vae_jax.train`: train a variational autoencoder with JAX."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("vae_jax"))
