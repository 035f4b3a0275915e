"""Modes of a known distribution: what counts as found, and one short run."""

import csv

import numpy as np
import pytest

from tools import rings


def test_what_is_drawn():
    rng = np.random.default_rng(0)
    for mixture, count, deviation in ((rings.RING, 8, 0.01), (rings.GRID, 25, 0.05)):
        points = mixture.draw((100, 200), rng)
        assert (points.shape, points.dtype) == ((100, 200, 2), np.float32)
        modes, good = mixture.count(points.reshape(-1, 2))
        assert modes == count
        # Within three deviations, in two dimensions: 1 - exp(-9 / 2).
        assert good == pytest.approx(1 - np.exp(-4.5), abs=0.002)
        apart = np.linalg.norm(points[..., None, :] - mixture.centres, axis=-1)
        squares = apart.min(axis=-1) ** 2
        assert np.sqrt(squares.mean() / 2) == pytest.approx(deviation, rel=0.02)
    np.testing.assert_allclose(np.linalg.norm(rings.RING.centres, axis=1), 1)
    gaps = np.linalg.norm(rings.GRID.centres[:, None] - rings.GRID.centres, axis=2)
    assert gaps[gaps > 0].min() == 2


def test_what_counts_as_found():
    points = np.array([[1.0, 0.029], [1.0, 0.031], [0.0, 1.0], [5.0, 5.0]])
    assert rings.RING.count(points) == (2, 0.5)
    assert rings.RING.count(np.zeros((9, 2))) == (0, 0.0)


@pytest.mark.slow
def test_one_seed(tmp_path, capsys):
    """Learnt: after 2,000 steps samples lie closer to the ring than at the start."""
    options = ["--seeds", "1", "--steps", "2000", "--out", str(tmp_path)]
    assert rings.main("gan_tf", options) == 0
    out = capsys.readouterr().out
    assert "6.3 +- 0.5 of 8" in out
    with (tmp_path / "rings.csv").open() as file:
        rows = [*csv.DictReader(file)]
    names = [("ring", "0"), ("grid", "0"), ("ring", "0.1"), ("grid", "0.1")]
    assert [(row["mixture"], row["penalty"]) for row in rows] == names
    assert all(int(row["modes"]) >= 4 for row in rows)
    assert (tmp_path / "rings.png").stat().st_size > 10_000


@pytest.mark.slow
def test_the_same_seed_gives_the_same_run():
    import gan_tf

    settings = rings.make_settings(gan_tf.GAN.about, 0.0)
    network = rings.make_network("gan_tf", settings)
    fresh = network.state()
    runs = []
    for _ in range(2):
        network.load_state(fresh | rings._initial(settings))
        runs.append(rings.play(network, rings.RING, settings, 200))
    assert [*runs[0]] == [0, 100, 200]
    assert (runs[0][200] == runs[1][200]).all()
    start, end = (np.linalg.norm(runs[0][step], axis=1) for step in (0, 200))
    assert abs(end - 1).mean() < abs(start - 1).mean()
