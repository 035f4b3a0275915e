"""`python -m vae_tf.train`: train a variational autoencoder with TensorFlow."""

import sys

from common import cli

if __name__ == "__main__":
    sys.exit(cli.train("vae_tf"))
