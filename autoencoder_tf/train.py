"""`python -m autoencoder_tf.train`: train an autoencoder with TensorFlow."""

import sys

if not __package__:
    print("error: type this as python -m autoencoder_tf.train", file=sys.stderr)
    sys.exit(2)

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("autoencoder_tf", beside="vae_tf"))
