"""`python -m vae_numpy COMMAND RUN`: use a trained model."""

import sys

from tools import use

if __name__ == "__main__":
    sys.exit(use.main("vae_numpy"))
