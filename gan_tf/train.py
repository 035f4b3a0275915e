"""`python -m gan_tf.train`: train a generative adversarial network with TensorFlow."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("gan_tf"))
