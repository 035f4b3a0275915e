"""`python -m vae_numpy VERB RUN`: use a trained model."""

import sys

from common.commands import verbs

if __name__ == "__main__":
    sys.exit(verbs.main("vae_numpy"))
