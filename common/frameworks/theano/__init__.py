"""Theano for any model: how it is made to run on newer libraries, and fast."""

import atexit
import builtins
import errno
import functools
import importlib
import importlib.util
import logging
import os
import re
import shlex
import shutil
import sys
import tempfile
import timeit
from pathlib import Path

import numpy as np

from common import UserError
from common.frameworks import silence

LIBRARIES = ("theano-pymc",)
REQUIREMENTS = {"3.11": "requirements.txt"}
NEEDS_COMPILER = True  # g++, when a network is made
# glibc has exp, log1p and tanh of sixteen numbers at once, but declares them only where
# this is defined.  No other part of -ffast-math comes with it: NaN and infinity stay.
VECTORIZED = "-D__FAST_MATH__" if sys.platform == "linux" else ""


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
    fixed = "device=cpu,floatX=float32"
    os.environ["THEANO_FLAGS"] = ",".join(filter(None, [*ours, flags, fixed]))


def load():
    """Import Theano.  UserError, in one line, if it does not start."""
    if sys.modules.get("theano"):
        return
    if sys.flags.optimize > 1:
        raise UserError("Theano needs docstrings: type python or python -O, not -OO")
    if importlib.util.find_spec("theano") is None:
        raise UserError(
            "Theano is not installed in this Python; it needs Python 3.11: with one, "
            "make (or pip install -r requirements.txt) installs it"
        )
    if "compiledir=" not in os.environ["THEANO_FLAGS"]:
        _choose_folder()
    try:
        with silence(1, 2):
            importlib.import_module("theano")
    except Exception as error:
        raise UserError(f"Theano does not start: {_first_line(error)}") from None


def _choose_folder():
    """Where the usual folder cannot be written, Theano compiles into another one."""
    usual = Path(os.path.expanduser("~/.theano"))  # noqa: PTH111 - may have no home
    try:
        if not usual.is_absolute():
            raise PermissionError(errno.ENOENT, "there is no home folder")
        usual.mkdir(parents=True, exist_ok=True)
        for folder in (usual, *usual.glob("compiledir_*")):
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        temporary = tempfile.mkdtemp(prefix="theano-")
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        os.environ["THEANO_FLAGS"] += f",base_compiledir={shlex.quote(temporary)}"
        os.environ.setdefault("USERPROFILE", temporary)  # it wants some home
        print(
            f"note: {usual} cannot be written ({error.strerror}), so Theano compiles "
            "into a temporary folder, anew each time "
            "(THEANO_FLAGS=base_compiledir=FOLDER names another)",
            file=sys.stderr,
        )


@functools.cache
def check():
    """Compile one tiny function: every network needs its product, and more compiled.

    UserError, in one line, if that fails.
    """
    import theano
    import theano.tensor as T

    x, y = T.fmatrices("xy")
    ones = np.ones((2, 2), np.float32)
    try:
        with silence(1, 2):
            right = theano.function([x, y], T.eq(T.dot(x, y), 2))(ones, ones)
    except Exception as error:
        raise UserError(_why_not_compiled(str(error))) from None
    if not right.all():
        raise UserError(
            f"Theano's matrix product is wrong (blas__ldflags = "
            f"{theano.config.blas__ldflags})"
        )


def _why_not_compiled(text):
    """One line on what Theano says of a compilation that failed."""
    import theano

    if os.strerror(errno.ENOSPC) in text:
        return (
            f"{theano.config.compiledir}: the disk is full; make room, or name another "
            "folder (THEANO_FLAGS=base_compiledir=FOLDER)"
        )
    compiler = theano.config.cxx
    if "Python.h" in text:
        version = "{}.{}".format(*sys.version_info)
        return (
            f"{compiler} does not find Python.h: install the headers of Python "
            f"{version} (Debian: apt install python{version}-dev)"
        )
    reason = re.search(r"Compilation failed \(return status=[^)]*\): *(.*)", text)
    return (
        f"Theano cannot compile with {compiler}: "
        f"{_first_line(reason[1] if reason else text)}"
    )


def _first_line(error):
    """The first line, or what of it fits into ours."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(" .")


def without_compiler():
    """What to say where Theano has no compiler; None where it has one."""
    import theano

    if theano.config.cxx:
        return None
    compiler = shutil.which("g++")
    reason = f"{compiler} does not work" if compiler else "g++ is missing"
    return (
        f"note: {reason}, so Theano runs without compiled code, 3,000 times slower "
        "(Debian: apt install g++; macOS: xcode-select --install)"
    )


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
    product()
    seconds = min(timeit.repeat(product, number=1, repeat=10))
    linked = "SciPy's OpenBLAS"
    if "scipy" not in theano.config.blas__ldflags:
        linked = theano.config.blas__ldflags or "NumPy's BLAS"
    speed = f"{2 * 1024**3 / seconds / 1e9:.0f} GFLOP/s"
    return {"theano": f"{theano.__version__}, links {linked}: {speed}"}


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name, compiled for such arrays."""
    import theano
    import theano.tensor as T

    symbols = {n: T.TensorType(a.dtype, [False] * a.ndim)(n) for n, a in arrays.items()}
    results = function(**symbols)
    return theano.function([*symbols.values()], results, on_unused_input="ignore")
