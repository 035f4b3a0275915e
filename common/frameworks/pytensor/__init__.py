"""PyTensor, Theano's heir, for any model: compiled by Numba, without a C++ compiler."""

import functools
import os

from common.frameworks import symbolic

LIBRARIES = ("pytensor", "numba")
of_arrays = functools.partial(symbolic.of_arrays, "pytensor")


def prepare():
    """Look for no C++ compiler.  The user's own PYTENSOR_FLAGS overrule that."""
    flags = "cxx=", os.environ.get("PYTENSOR_FLAGS", "")
    os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, flags))


def load():
    """Import PyTensor, for float32."""
    if "base_compiledir=" not in os.environ["PYTENSOR_FLAGS"]:
        symbolic.choose_folder("PyTensor")
    import pytensor

    pytensor.config.floatX = "float32"


def describe():
    """What `common.doctor` says beside its version."""
    import numba

    return f"compiles by Numba {numba.__version__}"
