"""`python -m gan_tf.rings`: how many modes of a known distribution are found?"""

import sys

if not __package__:
    print("error: type this as python -m gan_tf.rings", file=sys.stderr)
    sys.exit(2)

from tools import rings

if __name__ == "__main__":
    sys.exit(rings.main("gan_tf"))
