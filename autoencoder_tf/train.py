"""`python -m autoencoder_tf.train`: train an autoencoder with TensorFlow."""

import sys

from common import cli

if __name__ == "__main__":
    sys.exit(cli.train("autoencoder_tf", beside="vae_tf"))
