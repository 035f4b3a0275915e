"""`python -m common.doctor`: can the programs run on this machine?"""

import doorkeeper

if __name__ == "__main__":
    doorkeeper.run("tools.doctor", None, "vae_tf")
