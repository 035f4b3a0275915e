"""`python -m autoencoder_tf.bottleneck`, and PCA beside it."""

import csv

import numpy as np
import pytest
from sklearn.decomposition import PCA

from autoencoder_tf import Autoencoder
from common.images import data
from experiments import bottleneck
from experiments.bottleneck import SIZES, pca_errors
from tests.conftest import MNIST
from tests.helpers import files, one_line, succeed


def test_pca_errors_are_what_is_left_of_the_variance(digits):
    """On its own training images, PCA leaves the sum of the smaller eigenvalues."""
    same = type(digits)("", "", *[digits.train_images, digits.train_labels] * 2)
    x, errors = digits.train_images / 255, pca_errors(same)
    variances = PCA().fit(x).explained_variance_ * (len(x) - 1) / len(x)
    for size, error in errors.items():  # more numbers, less error
        assert error == pytest.approx(variances[size:].sum() / 784, rel=1e-3)
    assert tuple(errors) == SIZES


def test_the_curves_show_every_error():
    errors = {"PCA": {2: 0.05, 8: 0.03}, "a": {2: 0.04, 8: 0.02}}
    (axes,) = bottleneck.curves(errors).axes
    for line, points in zip(axes.lines, errors.values(), strict=True):
        np.testing.assert_array_equal(line.get_data(), [[*points], [*points.values()]])
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["PCA", "autoencoder a"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2", "8"]


@MNIST
@pytest.mark.slow
@pytest.mark.mnist
def test_an_autoencoder_beats_pca_on_mnist():
    """What the README says: below PCA with 200, below half of PCA with 8 numbers."""
    mnist = data.load("mnist")
    pca = pca_errors(mnist)
    for size, hidden, factor in ((200, (), 1), (8, (400,), 1 / 2)):
        autoencoder = Autoencoder(latent_dim=size, hidden=hidden, epochs=15)
        _, errors = autoencoder.fit(mnist.train_images).measures(mnist.test_images)
        assert errors.mean(dtype=float) < factor * pca[size]


@pytest.mark.slow
def test_bottleneck(command, monkeypatch, tmp_path):
    monkeypatch.setattr(bottleneck, "SIZES", (2, 8))
    program = ["autoencoder_tf.bottleneck", "--out", tmp_path / "out"]
    # After 12 epochs, 30 seeds had 0.88 +- 0.03 of the error of PCA with 8 numbers.
    stdout = succeed(command(*program, "--data", "digits", "--epochs", 14))
    assert files(tmp_path / "out") == ["bottleneck.csv", "bottleneck.png"]
    with (tmp_path / "out" / "bottleneck.csv").open() as file:
        table = list(csv.DictReader(file))
    errors = {(row["model"], int(row["size"])): float(row["mse"]) for row in table}
    assert len(errors) == 6
    for error in errors.values():
        assert f"{error:8.5f}" in stdout
    assert errors["784-400-Z-400-784", 8] < errors["PCA", 8] < errors["PCA", 2]
    one_line(command(*program, "--data", "no/such.npz"), "no/such.npz")
    one_line(command(*program, "--epochs", 0), "--epochs")
