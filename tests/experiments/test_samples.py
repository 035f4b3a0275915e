"""`python experiments/samples.py`: a GAN and a VAE before one judge."""

import re
from types import SimpleNamespace

import pytest

from common import judge
from common.images import data
from experiments import samples

ROW = r"^(\w.*?) +recognized +([\d.]+)%   distance +([\d.]+) +([\d.]+) times"


@pytest.mark.slow
def test_four_rows_with_the_distance_of_training_images_as_unit(
    monkeypatch, tmp_path, capsys
):
    options = {"gan_tf": "--hidden 8", "vae_numpy": "--hidden 8 --latent-dim 2"}
    monkeypatch.setattr(samples, "OPTIONS", options)
    monkeypatch.setattr(samples, "EPOCHS", 1)
    monkeypatch.setattr(samples, "GAUSSIANS", 2)
    monkeypatch.chdir(tmp_path)
    printed = []
    for _ in range(2):  # the second time, both runs are there
        assert samples.measure(SimpleNamespace(data="digits")) == 0
        printed.append(re.findall(ROW, capsys.readouterr().out, re.M))
    assert printed[0] == printed[1]
    names, shares, distances, ratios = zip(*printed[0], strict=True)
    floor = judge.of(data.load("digits")).real_images
    assert (names[0], float(ratios[0])) == ("training images", 1)
    assert float(shares[0]) / 100 == pytest.approx(floor.sure, abs=1e-3)
    codes = "VAE, codes from the prior", "VAE, codes from a mixture"
    assert names[1:] == ("GAN", *codes)
    for distance, ratio in zip(distances, ratios, strict=True):
        expected = float(distance) / floor.distance
        assert float(ratio) == pytest.approx(expected, rel=0.1)
