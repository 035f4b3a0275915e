"""PyTensor, Theano's heir, for any model: compiled by Numba, without a C++ compiler."""

import os

LIBRARIES = ("pytensor", "numba")


def prepare():
    """Look for no C++ compiler.  The user's own PYTENSOR_FLAGS overrule that."""
    flags = "cxx=", os.environ.get("PYTENSOR_FLAGS", "")
    os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, flags))


def load():
    """Import PyTensor, for float32."""
    import pytensor

    pytensor.config.floatX = "float32"


def describe():
    """What `common.doctor` says of it.  -> {subject: text}"""
    import numba
    import pytensor

    return {
        "pytensor": f"{pytensor.__version__}, compiles by Numba {numba.__version__}"
    }


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name, compiled for such arrays."""
    import pytensor
    import pytensor.tensor as T

    symbols = {
        n: T.tensor(n, dtype=a.dtype, shape=(None,) * a.ndim) for n, a in arrays.items()
    }
    results = function(**symbols)
    return pytensor.function([*symbols.values()], results, on_unused_input="ignore")
