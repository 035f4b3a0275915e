"""`python -m vae_theano.train`: train a variational autoencoder with Theano."""

import sys

from common import cli

if __name__ == "__main__":
    sys.exit(cli.train("vae_theano"))
