import ast
import contextlib
import importlib.util
import os
import re
import runpy
import sys
from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest

from common import models, packages
from common.images import data
from tests.helpers import environment, lacking

ROOT = packages.ROOT
PACKAGES = packages.runnable()
LEFT_OUT = {}  # a file of tests: what it imports, and is not installed
SEEDS = int(os.environ.get("SEEDS", 1))
MEASURED = defaultdict(list)  # a statistic of a test: its value and bounds by seed
MODELS = sorted({packages.model_of(package).name for package in PACKAGES})
ENCODERS = [p for p in PACKAGES if packages.model_of(p).words.encodes]
MNIST = pytest.mark.skipif(
    "MNIST_PATH" not in os.environ, reason="MNIST_PATH does not name a copy of MNIST"
)


def packages_of(model):
    """The twins: one model in each framework that is installed."""
    return [p for p in PACKAGES if packages.model_of(p).name == model]


def pytest_configure(config):
    """A warning from our own code is an error; a closed input is an empty one."""
    for package in PACKAGES:
        config.addinivalue_line("filterwarnings", f"error:::{package}")
    if sys.__stdin__ is None:  # Keras imports IPython, which asks pytest for it
        sys.__stdin__ = open(os.devnull)  # noqa: PTH123, SIM115


def pytest_ignore_collect(collection_path):
    """A file of tests that imports what is not installed here is left out."""
    if not re.fullmatch(r"test_\w+\.py", collection_path.name):
        return None
    for node in ast.parse(collection_path.read_text()).body:
        names = [alias.name for alias in getattr(node, "names", [])]
        if isinstance(node, ast.ImportFrom):
            names = [node.module]
        for name in names if isinstance(node, ast.Import | ast.ImportFrom) else []:
            name = name.partition(".")[0]
            if lacking([name]) or importlib.util.find_spec(name) is None:
                LEFT_OUT[str(collection_path.relative_to(ROOT))] = name
                return True
    return None


def pytest_terminal_summary(terminalreporter):
    for file, name in LEFT_OUT.items():
        terminalreporter.write_line(f"left out: {file}, since {name} is not installed")


def pytest_generate_tests(metafunc):
    """What holds by chance, as a mark says or a bound, is repeated with SEEDS seeds."""
    mark = metafunc.definition.get_closest_marker("chance")
    if mark or "bounded" in metafunc.fixturenames:
        seeds = range(1, 1 + SEEDS)
        metafunc.parametrize("seed", seeds, ids="seed{}".format, scope="session")


def pytest_runtest_logreport(report):
    for name, values in report.user_properties if report.when == "call" else ():
        MEASURED[re.sub(r"\bseed\d+", name, report.nodeid)].append(values)


def pytest_sessionfinish(session):
    """Over three seeds or more, a bound is four standard deviations from the mean."""
    for name, values in MEASURED.items():
        measured, low, high = np.transpose(values)
        if len(measured) > 2:
            mean, deviation = measured.mean(), measured.std(ddof=1)
            off = min(mean - low.max(), high.min() - mean) / max(deviation, 1e-99)
            print(f"\n{name}: {mean:.4g} +- {deviation:.2g}; {off:.1f} to the bound")
            session.exitstatus = session.exitstatus or int(off < 4)


def pytest_collection_modifyitems(items):
    """Theano's tests go to the first worker: one process at a time may compile."""
    for item in items:
        if "bounded" in item.fixturenames:
            item.add_marker("chance")
    items.sort(key=lambda item: not re.search("theano|parity|frameworks_", item.nodeid))


@pytest.fixture(scope="session")
def digits():
    return data.load("digits")


def make_settings(model="vae", **changes):
    """The defaults of a model for the digits, but one epoch and changes."""
    return models.find(model)(**({"epochs": 1} | changes)).resolved(1500)


@pytest.fixture
def settings():
    """A small VAE that trains in a blink."""
    return make_settings(epochs=3, batch_size=50, hidden=(16,), latent_dim=2)


@pytest.fixture(scope="session")
def seed():
    return 1


@pytest.fixture
def rng(seed):
    return np.random.default_rng(seed)


@pytest.fixture
def bounded(record_property):
    """Assert that a statistic lies between bounds, and note it for a table of seeds.

    A comment has the mean and standard deviation over 30 seeds, or as many as it says.
    """

    def check(name, value, low=-np.inf, high=np.inf):
        record_property(name, [*map(float, (value, low, high))])  # for xdist
        assert low < value < high, name

    return check


@pytest.fixture
def uncompiled(monkeypatch):
    """Networks without a compiler, where a test computes too little to wait for it."""
    with contextlib.ExitStack() as stack:
        if "vae_tf" in PACKAGES:
            import tensorflow as tf

            from common.frameworks.tensorflow.network import Shared

            call = lambda shared, *arrays, **named: shared.function(*arrays, **named)  # noqa: E731
            monkeypatch.setattr(Shared, "__call__", call)
            tf.config.run_functions_eagerly(True)
            stack.callback(tf.config.run_functions_eagerly, False)
        if "vae_theano" in PACKAGES:
            packages.estimator("vae_theano")  # imports Theano, as it must be
            import theano

            stack.enter_context(theano.config.change_flags(mode="FAST_COMPILE"))
        yield


@pytest.fixture
def without_figures(monkeypatch):
    """Training that shows nothing of what it has learnt."""
    for name in MODELS:
        monkeypatch.setattr(models.part(name, "figures"), "of_run", lambda *_: {})


@pytest.fixture
def nowhere(tmp_path):
    """An environment in which MNIST is neither on the machine nor to be downloaded."""
    return environment(tmp_path)


@pytest.fixture
def command(nowhere, monkeypatch, capfd):
    """`python -m ...` in this process, which spares a call the import of TensorFlow."""

    def run(module, *arguments, **changes):
        if text := lacking([module, *arguments]):
            pytest.skip(text)
        importlib.import_module(module.partition(".")[0])  # may set flags, which stay
        with monkeypatch.context() as patch:
            patch.delenv("MNIST_PATH", raising=False)
            changed = nowhere | changes
            changed["THEANO_FLAGS"] = ",".join(
                [os.environ.get("THEANO_FLAGS", ""), changed["THEANO_FLAGS"]]
            )
            for name, value in changed.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", [module, *map(str, arguments)])
            capfd.readouterr()
            with pytest.raises(SystemExit) as ended:
                runpy.run_module(module, run_name="__main__")
            out, err = capfd.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=out, stderr=err)

    return run
