"""`python -m common.doctor`: can the programs run on this machine?"""

import sys

from tools import doctor

if __name__ == "__main__":
    sys.exit(doctor.main(default="vae_tf"))
