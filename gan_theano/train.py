"""`python -m gan_theano.train`: train a generative adversarial network with Theano."""

import sys

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("gan_theano"))
