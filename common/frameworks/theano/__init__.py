"""Theano for any model: how it is made to run on newer libraries, and fast."""

import builtins
import functools
import importlib.util
import logging
import os
import shutil
import sys
from pathlib import Path

import numpy as np

from common import UserError
from common.frameworks import import_afresh, silence, speed, symbolic

LIBRARIES = ("theano-pymc",)
# glibc has exp, log1p and tanh of sixteen numbers at once, but declares them only where
# this is defined.  No other part of -ffast-math comes with it: NaN and infinity stay.
# g++ takes a loop after many checks for a rare one, of which it makes no vectors.
VECTORIZED = "-D__FAST_MATH__ -fno-math-errno -fno-guess-branch-probability"
if sys.platform != "linux":
    VECTORIZED = ""
COMPILER = "; install g++ (Debian: apt install g++, macOS: xcode-select --install)"
EMPTY = "; cxx is set to nothing in THEANO_FLAGS or .theanorc"
FIXED = {"device": "cpu", "floatX": "float32", "compute_test_value": "off"}
FIXED |= {"profile": "False", "openmp": "False"}
FREE = "allow_gc", "base_compiledir", "blas", "cmodule", "compile", "cxx", "gcc"
SPECIAL = set(" ,'\"\\#")  # to a compiler's flags, or in THEANO_FLAGS
PATIENCE = 5  # seconds to wait for another process without a word
of_arrays = functools.partial(symbolic.of_arrays, "theano")


def prepare():
    """Let Theano, last released in 2021, run on a newer NumPy, without warnings.

    All six aliases that NumPy 1.24 removed come back: where only some are missing,
    Theano drops rewrites silently.  The user's own THEANO_FLAGS overrule our choices of
    a compiler and a BLAS.
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
    fixed = [f"{name}={value}" for name, value in FIXED.items()]
    os.environ["THEANO_FLAGS"] = ",".join(filter(None, [*ours, flags, *fixed]))


@functools.cache
def load():
    """Import Theano; what the user has set gets its default, but for a few things.

    UserError if the user's program has imported it, with settings that we cannot use.
    """
    early, others = "theano" in sys.modules, []
    if "compiledir=" not in os.environ["THEANO_FLAGS"]:
        symbolic.choose_folder("Theano")
    with silence():
        import_afresh("theano")
    from theano import config

    for name, setting in config._config_var_dict.items():
        if callable(setting.default) or name.startswith(FREE):
            continue
        needed, found = setting.apply(FIXED.get(name, setting.default)), setting.val
        if found != needed:
            others.append(f"{name}={found}")
            if early and name in (*FIXED, "mode", "linker", "optimizer"):
                text = f"Theano was imported with {others[-1]}, but {needed} is needed"
                raise UserError(f"{text}: import this package before theano")
            setting.val = found if early else needed
    if others and not early:
        files = os.environ.get("THEANORC", "~/.theanorc")
        here = f"{others[0].partition('=')[0]}=" in os.environ["THEANO_FLAGS"]
        place = "THEANO_FLAGS" if here else files
        print(f"note: {', '.join(others)} ({place}) is not used here", file=sys.stderr)


@functools.cache
def check():
    """Compile what every network needs: a function, and the matrix product.

    UserError, in one line, if that fails.
    """
    import theano
    import theano.tensor as T

    x, y = T.fmatrices("xy")
    try:
        _wait(theano.config.compiledir)
        with silence():
            theano.function([x], T.exp(x), mode=theano.Mode("c"))
            theano.function([x, y], T.dot(x, y))  # in C where there is a library
    except Exception as error:  # its arguments are reasons, among graphs and nodes
        reasons = [text for text in map(str, error.args) if "FunctionGraph" not in text]
        text = max(reasons, key=len, default="")
        reason = (text.strip() or repr(error)).splitlines()[0][:300].rstrip(" .")
        compiler, cure = theano.config.cxx, ""
        if compiler and not shutil.which(compiler):
            cure = f"; there is no {compiler}"
        elif not compiler:
            cure = EMPTY if shutil.which("g++") else COMPILER
        raise UserError(f"Theano cannot compile ({reason}){cure}") from None


def _wait(folder):
    """Say it if another process has the lock of the folder, and who it is."""
    import filelock  # slower than `--help` should be

    path = Path(folder, ".lock")
    try:
        filelock.FileLock(path, timeout=PATIENCE).acquire().lock.release()
    except filelock.Timeout:
        locks, node = Path("/proc/locks"), f":{path.stat().st_ino}"
        lines = locks.read_text().splitlines() if locks.exists() else ()
        owners = [w[4] for w in map(str.split, lines) if w[-3].endswith(node)]
        who = f"process {owners[0]}" if owners else "another process"
        note = f"note: {who} compiles in {folder}; Theano waits for it"
        print(note, file=sys.stderr, flush=True)


def _compiler_flags():
    """Link SciPy's own OpenBLAS, whose functions have a prefix; else use NumPy's."""
    scipy = Path(importlib.util.find_spec("scipy").origin)
    libraries = scipy.parent.parent / "scipy.libs"
    found = [path.name for path in libraries.glob("libscipy_openblas*.so")]
    library, flags = "", VECTORIZED
    if len(found) == 1 and not SPECIAL & set(str(libraries)):
        library = f"-L{libraries} -l:{found[0]}"
        names = ("gemm", "gemv", "ger", "dot", "axpy")
        functions = [kind + name for kind in "sd" for name in names]
        flags += "".join(f" -D{name}_=scipy_{name}_" for name in functions)
    return [f"blas__ldflags={library}", f"gcc__cxxflags={flags}"]


def describe():
    """What `common.doctor` says beside its version: the BLAS, and its speed."""
    import theano
    import theano.tensor as T

    square = theano.shared(np.ones((1024, 1024), np.float32))
    product = theano.function([], T.dot(square, square))
    flags = theano.config.blas__ldflags
    linked = "SciPy's OpenBLAS" if "scipy" in flags else flags or "NumPy's BLAS"
    return f"links {linked}: {speed(product)}"
