"""Contenders do one job: what they reach after an epoch is the same but for noise."""

import json
from contextlib import ExitStack

import numpy as np
import pytest

from experiments.benchmarks import __main__ as bench
from experiments.benchmarks.contenders import job


def reached(*contender):
    """The test ELBO after the epochs of a cold start, with figures drawn by peers."""
    given = {"epochs": 5, "batch_size": 50, "hidden": [32, 16], "latent_dim": 4}
    task = "bare" if contender[0] == "ours" else "whole"
    return json.loads(bench.printed(*contender, json.dumps(given), task))["elbo"]


@pytest.mark.environments
def test_peers_reach_what_ours_reaches(digits, tmp_path, monkeypatch):
    """With the digits in the place of MNIST; compiled or not, PyTorch's is one file."""
    path = tmp_path / "digits.npz"
    np.savez(path, x_train=digits.train_images, x_test=digits.test_images)
    monkeypatch.setenv("MNIST_PATH", str(path))
    ours = reached("ours", "vae_numpy")
    left_out = "vae_tf, a call per step", "PyTorch, compile"
    peers = {n: peer for n, peer in bench.PEERS.items() if n not in left_out}
    for name, contender in bench.installed(peers).items():
        assert reached(*contender) == pytest.approx(ours, abs=2), name


def test_a_contender_that_fails_says_why():
    line = "a contender failed: .*hidden must be whole numbers from 1"
    with ExitStack() as stack, pytest.raises(SystemExit, match=line):
        bench.Contender(stack, "ours", "vae_numpy", given={"hidden": [0]}).epoch()


def test_the_products_of_an_epoch():
    forward = 784 * 400 + 2 * 400 * 20 + 20 * 400 + 400 * 784
    backward = 2 * forward - 784 * 400
    images = 60_000 // 128 * 128
    assert bench.flops_per_epoch(job.settings({})) == 2 * (forward + backward) * images
