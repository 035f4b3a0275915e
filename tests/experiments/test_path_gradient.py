"""The variance of the encoder's gradient, over draws of z."""

import re
import sys

import numpy as np
import pytest

from common.packages import ROOT
from experiments.path_gradient import variance
from tests.conftest import make_settings
from tests.helpers import run, save_as_trained, succeed
from vae_numpy import VAE, Network, gradient


def test_it_is_summed_over_the_encoder(rng):
    settings = make_settings(hidden=(3,), latent_dim=2, importance_samples=4)
    settings.gradient = "path"
    p = {n: rng.normal(size=s).astype("f4") for n, s in settings.shapes(5).items()}
    network, x = Network(p, settings), rng.random((6, 5), np.float32)
    slopes, each = {n: np.empty_like(value) for n, value in p.items()}, []
    draws = np.random.default_rng(0)
    for _ in range(9):
        eps = draws.standard_normal((4, 6, 2), np.float32)
        gradient.of(settings)(p, slopes, x, eps, network.activation)
        names = "encoder_W1", "encoder_b1", "W_mu", "b_mu", "W_logvar", "b_logvar"
        each.append(np.concatenate([slopes[name].ravel() for name in names]))
    expected = np.var(each, axis=0, ddof=1, dtype="f8").sum()
    assert variance(network, settings, x, 9) == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_the_program_prints_a_row_for_each_number_of_draws(digits, tmp_path):
    vae = VAE(2, hidden=(4,), epochs=1).fit(digits.train_images)
    save_as_trained(vae, tmp_path / "run")
    words = tmp_path / "run", "--data", "digits", "--repetitions", 2
    command = [sys.executable, ROOT / "experiments" / "path_gradient.py", *words]
    text = succeed(run([str(word) for word in command], tmp_path))
    row = r"^ +(\d+) +[\d.e+-]+ +[\d.e+-]+ +[\d.]+$"
    assert re.findall(row, text, re.M) == ["1", "5", "50"]
