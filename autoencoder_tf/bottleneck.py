"""`python -m autoencoder_tf.bottleneck`: how few numbers are enough for an image?"""

import sys

from experiments import bottleneck

if __name__ == "__main__":
    sys.exit(bottleneck.main("autoencoder_tf"))
