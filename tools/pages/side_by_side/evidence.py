"""How far the frameworks are apart: each function, tried on the same drawn inputs."""

import importlib
import inspect
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from common import packages
from tools import derivatives

VALUES, GRADIENTS = 1e-5, 1e-4  # the tests hold relative differences to these
DRAWS = 200


class CannotBeTried(Exception):  # noqa: N818
    """A model says nothing of what its functions take."""


@dataclass
class Evidence:
    """The largest relative differences of one function."""

    draws: int
    values: float = 0.0
    gradients: float = 0.0


def measure(names, functions, draws=DRAWS, structures=None):
    """Call functions of model.py in several packages -> {function: Evidence}

    The draws are shared by the first `structures` of networks; None: by all.

    A difference is the norm of that of two arrays, over the norm of one of them.
    """
    lesson = _lesson(names[0])
    found = {name: Evidence(draws) for name in functions}
    chosen = lesson.STRUCTURES[:structures]
    each = draws // len(chosen)
    for structure in chosen:
        rng = np.random.default_rng(0)
        inputs = [lesson.arguments(structure, rng) for _ in range(each)]
        for name in functions:
            twins = [caller(package, name, inputs[0]) for package in names]
            for drawn in inputs:
                _compare([twin(drawn) for twin in twins], found[name])
    return found


def _lesson(package):
    about = packages.model_of(package)
    try:
        return importlib.import_module(f"tools.lessons.{about.name}")
    except ModuleNotFoundError:
        raise CannotBeTried from None


def caller(package, name, example):
    """A function of a package's model.py, which differentiates, of what is drawn."""
    framework = importlib.import_module(package).framework
    framework.load()
    function = getattr(importlib.import_module(f"{package}.model"), name)
    lesson = _lesson(package)
    count = vars(lesson).get("DIFFERENTIATED", {}).get(name)
    differentiate = getattr(framework, "with_gradients", derivatives.with_gradients)
    call = differentiate(function, taken(lesson, function, example), count)
    return lambda drawn: call(taken(lesson, function, drawn))


def taken(lesson, function, drawn):
    """What a function takes of all that a lesson's `arguments` drew.  -> {name: ...}"""
    names = vars(lesson).get("DRAWN_AS", {}).get(function.__name__, {})
    wanted = inspect.signature(function).parameters
    return {name: drawn[names.get(name, name)] for name in wanted}


def _compare(results, evidence):
    for (a, da), (b, db) in combinations(results, 2):
        for x, y in zip(a, b, strict=True):
            evidence.values = max(evidence.values, relative(x, y))
        for name in da.keys() & db.keys():
            difference = relative(da[name], db[name])
            evidence.gradients = max(evidence.gradients, difference)


def relative(a, b):
    """The norm of the difference over the larger norm; 0 for zeros."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(a - b) / size) if size else 0.0
