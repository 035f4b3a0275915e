"""`python -m autoencoder_tf.train`: train an autoencoder with TensorFlow."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("autoencoder_tf"))
