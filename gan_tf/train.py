"""`python -m gan_tf.train`: train a generative adversarial network with TensorFlow."""

import sys

if not __package__:
    print("error: type this as python -m gan_tf.train", file=sys.stderr)
    sys.exit(2)

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("gan_tf"))
