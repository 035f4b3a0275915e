"""`python -m vae_theano.train`: train a variational autoencoder with Theano."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("vae_theano"))
