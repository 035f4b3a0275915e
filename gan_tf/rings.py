"""`python -m gan_tf.rings`: how many modes of a known distribution are found?"""

import sys

from experiments import rings

if __name__ == "__main__":
    sys.exit(rings.main("gan_tf"))
