"""`python -m vae_tf.train`: train a variational autoencoder with TensorFlow."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("vae_tf"))
