"""`python -m gan_theano.train`: train a generative adversarial network with Theano."""

import sys

if not __package__:
    print("error: type this as python -m gan_theano.train", file=sys.stderr)
    sys.exit(2)

from common.commands import train

if __name__ == "__main__":
    sys.exit(train.main("gan_theano"))
