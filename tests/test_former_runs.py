"""Runs of an earlier layout of this project: they load, serve every command, and go on.

fixtures/PACKAGE is a run on the digits, PACKAGE.npz what the code that trained it made
of the first five test images; vae_tf was interrupted in the middle of its second epoch.
"""

import shutil

import numpy as np
import pytest
from numpy.testing import assert_allclose

from common import packages
from tests.conftest import ROOT, packages_of
from tests.helpers import rows, succeed

FIXTURES = ROOT / "tests" / "fixtures"
FORMER = pytest.mark.parametrize("package", ["autoencoder_tf", "vae_tf", "vae_theano"])
OPTIONS = {"interpolate": ["--from", 3, "--to", 17], "evaluate": ["--judge", 0]}


@pytest.fixture
def run(tmp_path, package):
    return shutil.copytree(FIXTURES / package, tmp_path / package)


@pytest.fixture
def expected(package):
    with np.load(FIXTURES / f"{package}.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def X(digits):  # noqa: N802
    return np.divide(digits.test_images[:5], 255, dtype=np.float32)


@pytest.mark.compiles
@FORMER
def test_every_framework_loads_it_and_computes_the_same(run, package, expected, X):
    names = "transform", "score", "sample"
    for twin in packages_of(packages.model_of(package).name):
        model = packages.estimator(twin).load(run)
        ours = model.transform(X), model.score_samples(X), model.sample(2)
        for name, found in zip(names, ours, strict=True):
            assert_allclose(found, expected[name], 1e-5, 1e-5, err_msg=(name, twin))


@pytest.mark.slow
@FORMER
def test_every_command_takes_it(command, run, package, expected):
    for name in packages.model_of(package).words.commands:
        succeed(command(package, name, run, *OPTIONS.get(name, [])))
    with np.load(run / "encode.npz") as arrays:
        codes = arrays["mu" if "mu" in arrays else "z"][:5]
    assert_allclose(codes, expected["transform"], rtol=1e-5, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("package", ["vae_tf"])
def test_an_interrupted_run_ends_as_it_would_have_ended(command, run, expected, X):
    (before,) = rows(run)
    assert command("vae_tf.train", "--resume", run).returncode == 0
    first, second = rows(run)
    assert first == before
    assert float(second["test_elbo"]) == pytest.approx(-180.1851, abs=0.01)
    assert float(second["train_elbo"]) == pytest.approx(-180.3563, abs=0.01)
    model = packages.estimator("vae_tf").load(run)
    codes, scores = model.transform(X), model.score_samples(X)
    assert_allclose(codes, expected["resumed_transform"], atol=1e-3)
    assert_allclose(scores, expected["resumed_score"], atol=0.01)
