"""`python -m autoencoder_tf.train`: train an autoencoder with TensorFlow."""

import sys

from common import cli
from vae_tf.train import build as build_vae


def build(parameters, activation, quiet):
    """Import TensorFlow only now, so that --help and mistakes answer at once."""
    from autoencoder_tf import Network

    return Network(parameters, activation)


if __name__ == "__main__":
    sys.exit(cli.train("autoencoder_tf", ["tensorflow", "keras"], build, build_vae))
