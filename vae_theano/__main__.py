"""`python -m vae_theano VERB RUN`: use a trained model."""

import sys

if not __package__:
    print("error: type this as python -m vae_theano", file=sys.stderr)
    sys.exit(2)

from common.commands import verbs
from tools import explore

if __name__ == "__main__":
    sys.exit(verbs.main("vae_theano", others=[explore]))
