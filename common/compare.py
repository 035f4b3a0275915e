"""`python -m common.compare vae_tf vae_theano`: one training, in several packages."""

import sys

from tools.compare import command

if __name__ == "__main__":
    sys.exit(command.main())
