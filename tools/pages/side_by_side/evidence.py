"""How far the frameworks are apart: each function, tried on the same drawn inputs."""

import importlib
import inspect
import subprocess
import tempfile
from itertools import combinations
from pathlib import Path

import numpy as np

from common import UserError, packages
from tools import twins
from tools.environments import python_for

VALUES, GRADIENTS = 1e-5, 1e-4  # the tests hold relative differences to these
STEP = "Network._train"  # whose gradients are compared; of other functions, the values
DRAWS = 200


def measure(names, functions):
    """Try functions of several packages -> {function: {(i, j): largest difference}}

    That is relative, and of the packages in those places.
    """
    here = packages.runnable()
    each = [(tried if p in here else tried_elsewhere)(p, functions) for p in names]
    return {
        name: {
            (i, j): max(map(relative, a[name], b[name]))
            for (i, a), (j, b) in combinations(enumerate(each), 2)
        }
        for name in functions
    }


def tried(package, functions):
    """What functions of a package return for all drawn inputs.  -> {name: [array]}"""
    lesson = importlib.import_module(f"tools.lessons.{twins.model(package)}")
    rng, draws = np.random.default_rng(0), range(DRAWS // len(lesson.STRUCTURES))
    drawn = [[lesson.arguments(s, rng) for _ in draws] for s in lesson.STRUCTURES]
    return {
        name: [np.array(a) for inputs in drawn for a in values(package, name, inputs)]
        for name in functions
    }


def tried_elsewhere(package, functions):
    """The same, in the other environment.  UserError if there is none."""
    python = python_for(package)
    if not python:
        raise UserError(f"{package} cannot run here: type make today")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "arrays.npz")
        command = [python, "-m", f"{__package__}.tried", path, package, *functions]
        subprocess.run(command, cwd=packages.ROOT, check=True)
        with np.load(path, allow_pickle=False) as arrays:
            return {
                name: [arrays[f"{name} {i}"] for i in range(arrays[name])]
                for name in functions
            }


def values(package, name, inputs):
    """What a function returns for each of the inputs; of a step, its gradients."""
    if name == STEP:
        yield from gradients(package, inputs)
        return
    activations = packages.estimator(package).Network.activations  # imports quietly
    files = [packages.ROOT / package / file for file in twins.MATHEMATICS]
    names = [f"{package}.{file.stem}" for file in files if file.is_file()]
    modules = map(importlib.import_module, names)
    function = next(getattr(m, name) for m in modules if hasattr(m, name))
    names = inspect.signature(function).parameters
    constants = inputs[0] | {"activation": activations[inputs[0]["activation"]]}

    def of_variables(**variables):
        values = constants | variables | {"parameters": variables}
        return function(**{n: values[n] for n in names})

    whole = (drawn | drawn["parameters"] for drawn in inputs)
    flat = [{n: v for n, v in w.items() if isinstance(v, np.ndarray)} for w in whole]
    framework = importlib.import_module(package).framework
    call = framework.of_arrays(of_variables, flat[0])
    for arrays in flat:
        returned = call(**arrays)
        yield from returned if isinstance(returned, tuple | list) else [returned]


def gradients(package, inputs):
    """Those of a training step at rate 0, in which Adam's first moments begin."""
    settings, rng = inputs[0]["settings"], np.random.default_rng(0)
    network = packages.estimator(package).Network(inputs[0]["parameters"], settings)
    fresh = network.state()
    for drawn in inputs:
        network.load_state(fresh | drawn["parameters"])
        x = drawn["x"][None]
        noise = settings.noise(x.shape[:2], rng)
        network.train(x=x, learning_rates=np.zeros(1, np.float32), **noise)
        state = network.state()
        yield from (state[f"adam_m_{name}"] for name in drawn["parameters"])


def relative(a, b):
    """The norm of the difference over the larger norm; 0 for zeros."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(a - b) / size) if size else 0.0
