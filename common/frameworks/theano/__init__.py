"""Theano for any model: how it is made to run on newer libraries, and fast."""

import atexit
import builtins
import functools
import importlib.util
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from common import UserError
from common.frameworks import silence, speed

LIBRARIES = ("theano-pymc",)
# glibc has exp, log1p and tanh of sixteen numbers at once, but declares them only where
# this is defined.  No other part of -ffast-math comes with it: NaN and infinity stay.
VECTORIZED = "-D__FAST_MATH__" if sys.platform == "linux" else ""
COMPILER = "; install g++ (Debian: apt install g++, macOS: xcode-select --install)"


def prepare():
    """Let Theano, last released in 2021, run on a newer NumPy, without warnings.

    All six aliases that NumPy 1.24 removed come back: where only some are missing,
    Theano drops rewrites silently.  The user's own THEANO_FLAGS overrule our choices,
    except for what these programs cannot compute with.
    """
    for name in ("bool", "int", "float", "complex", "object", "str"):
        vars(np).setdefault(name, getattr(builtins, name))
    for name in ("theano.configdefaults", "theano.tensor.blas"):
        logging.getLogger(name).setLevel(logging.ERROR)
    flags = os.environ.get("THEANO_FLAGS", "")
    ours = ["allow_gc=False"]  # keep buffers between the steps
    if "gcc__cxxflags" in flags:
        ours += ["blas__ldflags="]  # the library below needs flags of ours
    elif "blas__ldflags" not in flags:
        ours += _compiler_flags()
    fixed = "device=cpu,floatX=float32,compute_test_value=off,profile=False"
    os.environ["THEANO_FLAGS"] = ",".join(filter(None, [*ours, flags, fixed]))


def load():
    """Import Theano."""
    if "compiledir=" not in os.environ["THEANO_FLAGS"]:
        _choose_folder()
    with silence():
        import theano  # noqa: F401


def _choose_folder():
    """Where the usual folder cannot be written, Theano compiles into another one."""
    try:
        usual = Path.home() / ".theano"
        usual.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=usual).close()
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home
        folder = tempfile.mkdtemp(prefix="theano-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["THEANO_FLAGS"] += f",base_compiledir={folder}"
        note = f"note: Theano compiles into {folder}, anew each time ({error})"
        print(note, file=sys.stderr)


@functools.cache
def check():
    """Compile what every network needs: a function, and the matrix product.

    UserError, in one line, if that fails.
    """
    import theano
    import theano.tensor as T

    x, y = T.fmatrices("xy")
    try:
        with silence():
            theano.function([x], T.exp(x), mode=theano.Mode("c"))
            theano.function([x, y], T.dot(x, y))  # in C where there is a library
    except Exception as error:
        text = max(map(str, error.args), key=len, default="")  # among graphs and nodes
        reason = (text.strip() or repr(error)).splitlines()[0][:300].rstrip(" .")
        cure = "" if theano.config.cxx else COMPILER
        raise UserError(f"Theano cannot compile ({reason}){cure}") from None


def _compiler_flags():
    """Link SciPy's own OpenBLAS, whose functions have a prefix; else use NumPy's."""
    scipy = Path(importlib.util.find_spec("scipy").origin)
    libraries = scipy.parent.parent / "scipy.libs"
    names = [path.name for path in libraries.glob("libscipy_openblas*.so")]
    if len(names) != 1 or " " in str(libraries) or "," in str(libraries):
        return ["blas__ldflags=", f"gcc__cxxflags={VECTORIZED}"]
    functions = [t + f for t in "sd" for f in ("gemm", "gemv", "ger", "dot", "axpy")]
    renamed = " ".join(f"-D{name}_=scipy_{name}_" for name in functions)
    return [
        f"blas__ldflags=-L{libraries} -l:{names[0]}",
        f"gcc__cxxflags={VECTORIZED} {renamed}",
    ]


def describe():
    """What `common.doctor` says of it: the BLAS, and its speed.  -> {subject: text}"""
    import theano
    import theano.tensor as T

    square = theano.shared(np.ones((1024, 1024), np.float32))
    product = theano.function([], T.dot(square, square))
    flags = theano.config.blas__ldflags
    linked = "SciPy's OpenBLAS" if "scipy" in flags else flags or "NumPy's BLAS"
    return {"theano": f"{theano.__version__}, links {linked}: {speed(product)}"}


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name, compiled for such arrays."""
    import theano
    import theano.tensor as T

    symbols = {n: T.TensorType(a.dtype, [False] * a.ndim)(n) for n, a in arrays.items()}
    results = function(**symbols)
    return theano.function([*symbols.values()], results, on_unused_input="ignore")
