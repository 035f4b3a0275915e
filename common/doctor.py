"""`python -m common.doctor`: can the programs run on this machine?"""

import sys

if not __package__:
    print("error: type this as python -m common.doctor", file=sys.stderr)
    sys.exit(2)

from common.commands import doctor

if __name__ == "__main__":
    sys.exit(doctor.main(default="vae_tf", timed=["vae_tf", "vae_theano"]))
