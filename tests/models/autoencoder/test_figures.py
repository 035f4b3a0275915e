"""The curves of an autoencoder, and how few numbers are enough."""

import numpy as np
import pytest

from common import figures
from common.models.autoencoder import MODEL
from common.models.autoencoder.figures import _panels, bottleneck


@pytest.fixture
def history():
    return [dict.fromkeys(MODEL.columns, float(e)) | {"epoch": e} for e in (1, 2, 3)]


def test_curves_show_the_history(history):
    fit, error = figures.curves(history, _panels).axes
    assert (len(fit.lines), len(error.lines)) == (2, 1)
    assert fit.get_ylabel() == "nats per image"
    assert error.get_ylabel() == "mean squared error per pixel"
    np.testing.assert_array_equal(error.lines[0].get_data(), [[1, 2, 3]] * 2)


def test_bottleneck_shows_every_error():
    errors = {"PCA": {2: 0.05, 8: 0.03}, "a": {2: 0.04, 8: 0.02}}
    (axes,) = bottleneck(errors).axes
    for line, points in zip(axes.lines, errors.values(), strict=True):
        np.testing.assert_array_equal(line.get_data(), [[*points], [*points.values()]])
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["PCA", "autoencoder a"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2", "8"]
