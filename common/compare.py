"""`python -m common.compare vae_tf vae_theano`: one training, in several packages."""

import sys

from common.commands import compare

if __name__ == "__main__":
    sys.exit(compare.main())
