"""Modes of a known distribution: what counts as found, and one short run."""

import csv

import numpy as np
import pytest

from experiments import rings


@pytest.mark.parametrize(
    ("mixture", "count", "scale", "deviation"),
    [(rings.RING, 8, 2.6, 0.01), (rings.GRID, 25, 4 * 2.6, 0.05)],
)
def test_what_is_drawn(rng, bounded, mixture, count, scale, deviation):
    """A ring of radius 1, and a grid of distance 2, both scaled into the square."""
    points = mixture.draw(20_000, rng)
    assert (points.shape, points.dtype) == ((20_000, 2), np.float32)
    modes, good = mixture.modes(points)
    assert modes == count
    share = 1 - np.exp(-9 / 2)  # within three deviations, in two dimensions
    errors = (good - share) / np.sqrt(share * (1 - share) / 20_000)
    bounded("share", errors, -5, 5)  # 0.3 +- 0.9
    apart = np.linalg.norm(points[:, None] - mixture.centers, axis=-1)
    squares = scale**2 * apart.min(axis=-1) ** 2
    error = np.sqrt(squares.mean() / 2) / deviation - 1  # of 40,000 numbers
    bounded("deviation", error * np.sqrt(80_000), -5, 5)  # -0.4 +- 1.1
    gaps = np.linalg.norm(mixture.centers[:, None] - mixture.centers, axis=2)
    closest = 2 if mixture is rings.GRID else 2 * np.sin(np.pi / 8)
    assert scale * gaps[gaps > 0].min() == pytest.approx(closest)
    assert 0 < mixture.centers.min() < mixture.centers.max() < 1


def test_what_counts_as_found():
    points = np.array([[1.0, 0.029], [1.0, 0.031], [0.0, 1.0], [5.0, 5.0]])
    assert rings.RING.modes(0.5 + points / 2.6) == (2, 0.5)
    assert rings.RING.modes(np.full((9, 2), 0.5)) == (0, 0.0)


@pytest.mark.slow
def test_one_seed(tmp_path, capsys, monkeypatch, seed, bounded):
    """Learned: after 2,000 steps samples lie near a third of the modes or more."""
    settings = rings.settings_of("gan_tf", 0.01, seed, 2000)
    monkeypatch.setattr(rings, "settings_of", lambda *_: settings)
    monkeypatch.setattr(rings, "PENALTIES", (0.01,))
    options = ["--seeds", "1", "--steps", "2000", "--out", str(tmp_path)]
    assert rings.main("gan_tf", options) == 0
    assert "6.3 +- 0.5 of 8" in capsys.readouterr().out
    with (tmp_path / "rings.csv").open() as file:
        rows = [*csv.DictReader(file)]
    names = [(row["mixture"], row["penalty"]) for row in rows]
    assert names == [("ring", "0.01"), ("grid", "0.01")]
    ring, grid = (int(row["modes"]) for row in rows)
    bounded("share", (ring / 8 + grid / 25) / 2, low=1 / 3)  # 0.74 +- 0.10
    assert (tmp_path / "rings.png").stat().st_size > 10_000


@pytest.mark.slow
def test_the_same_seed_gives_the_same_run():
    settings, network, runs = rings.settings_of("gan_tf", 0.0, 0, 200), None, []
    for _ in range(2):
        network = rings.start("gan_tf", settings, network)
        runs.append(rings.play(network, rings.RING, settings, 200))
    assert [*runs[0]] == [0, *rings.SHOWN]
    assert (runs[0][20] == runs[1][20]).all()
