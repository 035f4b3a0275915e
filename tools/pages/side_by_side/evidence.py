"""How far the frameworks are apart: each function, tried on the same drawn inputs."""

import importlib
import inspect
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from common import packages
from tools import derivatives, lessons, twins

VALUES, GRADIENTS = 1e-5, 1e-4  # the tests hold relative differences to these
DRAWS = 200


@dataclass
class Evidence:
    """The largest relative differences of one function."""

    draws: int
    values: float = 0.0
    gradients: float = 0.0


def measure(names, functions, draws=DRAWS, structures=None):
    """Call functions of the mathematics in several packages -> {function: Evidence}

    The draws are shared by the first `structures` of networks; None: by all.  Of a
    lesson that draws nothing, nothing is measured.
    """
    lesson = _lesson(names[0])
    if not hasattr(lesson, "arguments"):
        return {}
    evidence = {name: Evidence(draws) for name in functions}
    chosen = lesson.STRUCTURES[:structures]
    for structure in chosen:
        rng = np.random.default_rng(0)
        inputs = [lesson.arguments(structure, rng) for _ in range(draws // len(chosen))]
        for name in functions:
            callers = [caller(package, name, inputs[0]) for package in names]
            for drawn in inputs:
                _compare([call(drawn) for call in callers], evidence[name])
    return evidence


def _lesson(package):
    return lessons.of(twins.model(package))


def caller(package, name, example):
    """A function of a package's mathematics, which differentiates, of what is drawn."""
    framework = importlib.import_module(package).framework
    framework.load()
    modules = [
        importlib.import_module(f"{package}.{file.removesuffix('.py')}")
        for file in twins.MATHEMATICS
        if (packages.ROOT / package / file).is_file()
    ]
    function = next(getattr(m, name) for m in modules if hasattr(m, name))
    lesson = _lesson(package)
    activations = importlib.import_module(package).Network.activations

    def arguments(drawn):
        drawn = drawn | {"activation": activations[drawn["activation"]]}
        return taken(lesson, function, drawn)

    differentiate = getattr(framework, "with_gradients", derivatives.with_gradients)
    call = differentiate(function, arguments(example))
    return lambda drawn: call(arguments(drawn))


def taken(lesson, function, drawn):
    """What a function takes of all that a lesson's `arguments` drew.  -> {name: ...}"""
    drawn_as = vars(lesson).get("DRAWN_AS", {}).get(function.__name__, {})
    names = inspect.signature(function).parameters
    return {name: drawn[drawn_as.get(name, name)] for name in names}


def _compare(results, evidence):
    for (a, da), (b, db) in combinations(results, 2):
        values = [relative(x, y) for x, y in zip(a, b, strict=True)]
        gradients = [relative(da[name], db[name]) for name in da.keys() & db.keys()]
        evidence.values = max(evidence.values, *values)
        evidence.gradients = max(evidence.gradients, *gradients)


def relative(a, b):
    """The norm of the difference over the larger norm; 0 for zeros."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(a - b) / size) if size else 0.0
