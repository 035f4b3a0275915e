"""`python -m autoencoder_tf.bottleneck`: how few numbers are enough for an image?"""

import sys

if not __package__:
    print("error: type this as python -m autoencoder_tf.bottleneck", file=sys.stderr)
    sys.exit(2)

from common.commands import bottleneck

if __name__ == "__main__":
    sys.exit(bottleneck.main("autoencoder_tf"))
