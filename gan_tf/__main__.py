"""`python -m gan_tf VERB RUN`: use a trained model."""

import sys

from common.commands import verbs

if __name__ == "__main__":
    sys.exit(verbs.main("gan_tf"))
