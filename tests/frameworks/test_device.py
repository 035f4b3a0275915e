"""--device: the CPU or a GPU, for the frameworks that have a choice."""

import importlib
import json

import numpy as np
import pytest

from common import packages
from tests.conftest import packages_of
from tests.helpers import module, one_line, succeed

WITH = [name for name in packages_of("vae") if packages.devices(name)[1:]]
WITHOUT = [name for name in packages_of("vae") if name not in WITH]


def device(package):
    packages.estimator(package)
    return importlib.import_module(package).framework.device()


def test_who_has_a_choice():
    assert "vae_numpy" in WITHOUT
    assert {"vae_jax", "vae_tf"} & {*WITH}


@pytest.mark.parametrize("package", WITHOUT)
def test_without_a_choice(command, package):
    result = command(f"{package}.train", "--device", "gpu")
    one_line(result, "argument --device: invalid choice: 'gpu'")


@pytest.mark.parametrize("package", WITH)
def test_a_gpu_that_is_not_there(command, tmp_path, package):
    if device(package) == "gpu":
        pytest.skip("there is one")
    out = tmp_path / "run"
    words = ["--data", "digits", "--device", "gpu", "--quiet", "--out", out]
    one_line(command(f"{package}.train", *words), "--device gpu", "finds no GPU")
    assert not out.exists()


@pytest.mark.parametrize("package", WITH)
def test_a_gpu_trains_and_measures_as_the_cpu_does(tmp_path, package):
    """Each continues a run that the CPU began."""
    if device(package) != "gpu":
        pytest.skip("there is no GPU")
    digits = ["--data", "digits", "--epochs", 1, "--hidden", 16, "--quiet"]
    first = (*digits, "--out", "run", "--overwrite", "--device", "cpu")
    measured = []
    for choice in ("cpu", "gpu"):
        more = ("--resume", "run", "--epochs", 2, "--device", choice)
        use = ("evaluate", "run", "--samples", 50, "--device", choice)
        succeed(module(f"{package}.train", *first, folder=tmp_path))
        succeed(module(f"{package}.train", *more, folder=tmp_path))
        succeed(module(package, *use, folder=tmp_path))
        measured.append(json.loads((tmp_path / "run/metrics.json").read_text()))
    for name in ("elbo", "log_likelihood", "kl", "importance_sampled"):
        cpu, gpu = (metrics[name]["mean"] for metrics in measured)
        np.testing.assert_allclose(gpu, cpu, rtol=1e-4, err_msg=name)
