"""`python -m common.compare vae_tf vae_theano`: one training, in several packages."""

import sys

if not __package__:
    print("error: type this as python -m common.compare", file=sys.stderr)
    sys.exit(2)

from common.commands import compare

if __name__ == "__main__":
    sys.exit(compare.main())
