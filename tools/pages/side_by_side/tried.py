"""`python -m ... FILE PACKAGE FUNCTION ...`: write what `evidence.tried` returns."""

import sys

import numpy as np

from tools.pages.side_by_side import evidence

if __name__ == "__main__":
    path, package, *functions = sys.argv[1:]
    arrays = {}
    for name, results in evidence.tried(package, functions).items():
        arrays[name] = np.array(len(results))
        arrays |= {f"{name} {i}": result for i, result in enumerate(results)}
    np.savez(path, **arrays)
