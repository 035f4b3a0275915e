"""JAX for any model: how it is imported, with exact products."""

import os

LIBRARIES = ("jax",)


def prepare():
    """Leave a GPU's memory to others, as far as we do not need it."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def load():
    """Import JAX.  Products in 19 bits, a GPU's default, move an ELBO by 0.05 nats."""
    import jax

    jax.config.update("jax_default_matmul_precision", "highest")


def device():
    """What it computes on: cpu or gpu."""
    import jax

    return jax.default_backend()


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name."""
    import jax

    return jax.jit(function)
