"""The curves of a VAE."""

import matplotlib.image
import numpy as np
import pytest

from common import figures
from common.files import write_figure
from common.models.vae import MODEL
from common.models.vae.figures import _panels


@pytest.fixture
def history():
    return [dict.fromkeys(MODEL.columns, float(e)) | {"epoch": e} for e in (1, 2, 3)]


def test_saved_as_png_of_the_right_size(tmp_path, history):
    figure = figures.curves(history, _panels)
    write_figure(tmp_path / "curves.png", figure)
    pixels = matplotlib.image.imread(tmp_path / "curves.png")
    assert pixels.shape[:2] == (3.6 * 150, 11 * 150)
    assert 0.02 < (pixels[..., :3].mean(axis=2) < 0.9).mean() < 0.5  # neither blank
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]


def test_curves_show_the_history(history):
    bound, fit, kl = figures.curves(history, _panels).axes
    for axes, count in ((bound, 2), (fit, 1), (kl, 1)):
        assert axes.get_xlabel() == "epoch"
        assert axes.get_ylabel() == "nats per image"
        assert len(axes.lines) == count
        for line in axes.lines:
            np.testing.assert_array_equal(line.get_data(), [[1, 2, 3]] * 2)
