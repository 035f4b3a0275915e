"""The interface of a framework's room, and the protocol of its networks.

A framework is a module here with LIBRARIES, the packages whose versions a run records;
`prepare()`, which comes before it is imported and takes no time; `load()`, which
imports it; `device()`, cpu or gpu, what it computes on, and NO_GPU, the variables that
hide a GPU from its import; or, where it has no choice, `describe()`, what else
`common.doctor` says of it; and, for the pages,
`of_arrays(function, arrays)`, which makes a function of model.py take arrays like
these, by name, and return arrays.  pyproject.toml has an extra of its name.

Its module `network` has the Network and the decorators of its methods: `compiled`, and
`for_each_image`, which calls a method of one image for all images.  Then what one image
is decoded to fits in the cache.
"""

import importlib
import os
import sys
import timeit
from contextlib import contextmanager
from typing import Protocol

import numpy as np


class Network(Protocol):
    """What a package adds to `Parameters`: functions compiled for them.

    Arrays are float32, pixels uint8 where they are 0 or 1.  S steps of batches of B
    images of D pixels; beside `x`, the arrays that the settings' `noise` gives.
    """

    def train(self, x, learning_rates, **noise) -> dict[str, float]:
        """One step per batch -> sums over them of what training maximizes, and more.

        (S, B, D), (S,), (S, B, ...).  The keys are the model's `training_sums`.
        """

    def evaluate(self, x, **noise) -> tuple[np.ndarray, ...]:
        """The `test_measures` of each image, in their units.  (B, D) -> (B,), ..."""

    def decode(self, z) -> np.ndarray:
        """Pixel probabilities p(x = 1|z).  (B, Z) -> (B, D)"""


@contextmanager
def silence():
    """Let what is written to the screen lead nowhere, even from C++."""
    streams = {1: sys.stdout, 2: sys.stderr}
    screens = {number: os.dup(number) for number in streams}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number, stream in streams.items():
        stream.flush()
        os.dup2(nowhere, number)
    os.close(nowhere)
    try:
        yield
    finally:
        for number, stream in streams.items():
            stream.flush()
            os.dup2(screens[number], number)
            os.close(screens[number])


def import_afresh(library):
    """Import it, without what an import that failed has left of it."""
    if library not in sys.modules:
        for name in [name for name in sys.modules if name.startswith(f"{library}.")]:
            del sys.modules[name]
    importlib.import_module(library)


def speed(product):
    """How fast a function multiplies 1024 x 1024 numbers with as many, in words."""
    seconds = min(timeit.repeat(product, number=1, repeat=10))
    return f"{2 * 1024**3 / seconds / 1e9:.0f} GFLOP/s"
