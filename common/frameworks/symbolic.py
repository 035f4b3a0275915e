"""What Theano and PyTensor share: symbols, and functions compiled at their first use.

`library` is theano or pytensor.
"""

import atexit
import importlib
import inspect
import os
import shlex
import shutil
import sys
import tempfile
from functools import cached_property
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common.frameworks.parameters import Parameters


def choose_folder(library):
    """Where the usual folder cannot be written, a library compiles into another one."""
    name = library.lower()
    try:
        usual = Path.home() / f".{name}"
        usual.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=usual).close()
        if os.name != "nt" and os.statvfs(usual).f_flag & getattr(os, "ST_NOEXEC", 0):
            raise OSError(f"no library can be loaded from {usual}: mounted noexec")
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home
        folder = tempfile.mkdtemp(prefix=f"{name}-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        place = f",base_compiledir={shlex.quote(folder)}"
        os.environ[f"{name.upper()}_FLAGS"] += place
        note = f"note: {library} compiles into {folder}, anew each time ({error})"
        print(note, file=sys.stderr)


class Network(Parameters):
    """Parameters as shared variables, and Adam as updates of them."""

    library = None
    compiling = ""  # what a user reads meanwhile

    def variable(self, array, name=""):
        """A shared variable."""
        return self.library.shared(array, name=name)

    def read(self, variable):
        """A copy of its array."""
        return variable.get_value()

    def renewed(self, variable, array):
        """The same variable with another array."""
        variable.set_value(array)
        return variable

    def compile(self, quiet):
        """Compile what training calls; if quiet, its steps alone, without a word."""
        methods = vars(type(self)).items()
        kinds = {cached_property} if quiet else {cached_property, compiled}
        names = [name for name, method in methods if type(method) in kinds]
        if not quiet:
            print(self.compiling, flush=True)
        for name in tqdm(names, desc="compiling", leave=False, disable=quiet or None):
            getattr(self, name)


class compiled(cached_property):  # noqa: N801  # a decorator
    """A method as a function of float32 matrices, compiled when it is first used."""

    def __init__(self, method):
        super().__init__(self.function)
        self.method = method

    def __get__(self, network, owner=None):
        """Of a network, the compiled function; of its class, the method."""
        return self.method if network is None else super().__get__(network, owner)

    def function(self, network):
        """Compile the method for a network."""
        _, *names = inspect.signature(self.method).parameters
        symbols = [network.library.tensor.fmatrix(name) for name in names]
        return network.library.function(symbols, self.method(network, *symbols))


class for_each_image(compiled):  # noqa: N801
    """A method of one image, compiled; the loop over the images is Python's."""

    def function(self, network):
        """Compile the method for a network."""
        T = network.library.tensor
        x, eps = T.fvector("x"), T.fmatrix("eps")
        of_one = network.library.function([x, eps], self.method(network, x, eps))
        return lambda x, eps: np.stack([*map(of_one, x, eps)])


def of_arrays(name, function, arrays):
    """A function of model.py as one of arrays by name, compiled for such arrays."""
    library = importlib.import_module(name)
    symbols = {
        n: library.tensor.TensorType(array.dtype, [False] * array.ndim)(n)
        for n, array in arrays.items()
    }
    results = function(**symbols)
    return library.function([*symbols.values()], results, on_unused_input="ignore")
