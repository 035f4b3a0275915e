"""`python -m vae_pytensor COMMAND RUN`: use a trained model."""

import sys

from common.commands import use
from tools import explore

if __name__ == "__main__":
    sys.exit(use.main("vae_pytensor", [explore]))
