"""`python -m common.compare vae_tf vae_theano`: one training, in several packages."""

import doorkeeper

if __name__ == "__main__":
    doorkeeper.run("tools.compare.command", "numpy")
