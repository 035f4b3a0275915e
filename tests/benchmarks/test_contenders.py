"""Contenders do one job: what they reach after an epoch is the same but for noise."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks.contenders import job
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def images(digits, tmp_path_factory):
    """The digits in the place of MNIST.  -> environment"""
    path = tmp_path_factory.mktemp("images") / "digits.npz"
    np.savez(path, x_train=digits.train_images, x_test=digits.test_images)
    return os.environ | {"MNIST_PATH": str(path)}


def reached(module, told, images):
    """The test ELBO after the epochs of a cold start."""
    given = {"epochs": 5, "batch_size": 50, "hidden": [32, 16], "latent_dim": 4}
    start = bench.command(module, told, json.dumps(given), "cold")
    start |= {"env": images | {"CONTENDER": told}, "stderr": subprocess.PIPE}
    done = subprocess.run(**start, stdout=subprocess.PIPE, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["elbo"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in bench.PEERS if "per step" not in n])
def test_peers_reach_what_ours_reaches(images, name):
    module, told = bench.PEERS[name]
    if not importlib.util.find_spec(bench.NEEDS.get(module, "numpy")):
        pytest.skip(f"{bench.NEEDS[module]} is not installed")
    ours = reached("ours", "vae_numpy", images)
    assert reached(module, told, images) == pytest.approx(ours, abs=2)


def test_a_contender_that_fails_says_why():
    start = bench.command("ours", "vae_numpy", json.dumps({"hidden": [0]}), "cold")
    done = subprocess.run(**start | {"stderr": subprocess.PIPE}, cwd=ROOT)
    assert done.returncode
    assert "hidden must be whole numbers from 1" in done.stderr


def test_the_products_of_an_epoch():
    forward = 784 * 400 + 2 * 400 * 20 + 20 * 400 + 400 * 784
    backward = 2 * forward - 784 * 400
    images = 60_000 // 128 * 128
    expected = 2 * (forward + backward) * images
    assert bench.flops_per_epoch(job.settings({})) == expected


def test_help_names_the_sections():
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--help"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0
    for section in ("epochs", "growth", "cold", "evaluate"):
        assert section in done.stdout
