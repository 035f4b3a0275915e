"""The packages whose framework is installed; for the others, tests are skipped."""

import functools
import importlib

import pytest

from common import UserError
from tests import conftest


@functools.cache
def starts(package):
    """Whether its framework can be imported."""
    try:
        importlib.import_module(package).framework.load()
    except UserError:
        return False
    return True


def packages_of(model):
    """The twins of one model that can be compared here."""
    return [package for package in conftest.packages_of(model) if starts(package)]


def each(packages):
    """Run a test for each package, which it calls `package`."""
    absent = pytest.mark.skip(reason="its framework is not installed")
    return pytest.mark.parametrize(
        "package",
        [pytest.param(p, marks=[] if starts(p) else absent) for p in packages],
    )
