"""How few numbers are enough for an autoencoder."""

import numpy as np

from experiments import bottleneck


def test_bottleneck_shows_every_error():
    errors = {"PCA": {2: 0.05, 8: 0.03}, "a": {2: 0.04, 8: 0.02}}
    (axes,) = bottleneck.curves(errors).axes
    for line, points in zip(axes.lines, errors.values(), strict=True):
        np.testing.assert_array_equal(line.get_data(), [[*points], [*points.values()]])
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["PCA", "autoencoder a"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2", "8"]
