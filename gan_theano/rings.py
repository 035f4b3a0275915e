"""`python -m gan_theano.rings`: how many modes of a known distribution are found?"""

import sys

from experiments import rings

if __name__ == "__main__":
    sys.exit(rings.main("gan_theano"))
