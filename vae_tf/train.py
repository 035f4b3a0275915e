"""`python -m vae_tf.train`: train a variational autoencoder with TensorFlow."""

import sys

from common import cli


def build(parameters, activation, quiet):
    """Import TensorFlow only now, so that --help and mistakes answer at once."""
    from vae_tf import Network

    return Network(parameters, activation)


if __name__ == "__main__":
    sys.exit(cli.train("vae_tf", ["tensorflow", "keras"], build))
