"""`python -m autoencoder_tf.bottleneck`, and PCA beside it."""

import csv

import pytest
from sklearn.decomposition import PCA

from autoencoder_tf import Autoencoder
from common.images import data
from tests.commands.test_train import files, one_line
from tests.conftest import MNIST
from tools.bottleneck import SIZES, autoencoder_error, pca_errors


def test_pca_errors_are_what_is_left_of_the_variance(digits):
    """On its own training images, PCA leaves the sum of the smaller eigenvalues."""
    same = type(digits)("", "", *[digits.train_images, digits.train_labels] * 2)
    x = digits.train_images / 255
    variances = PCA().fit(x).explained_variance_ * (len(x) - 1) / len(x)
    for size, error in pca_errors(same).items():
        assert error == pytest.approx(variances[size:].sum() / 784, rel=1e-3)
    assert tuple(pca_errors(same)) == SIZES


@MNIST
@pytest.mark.slow
def test_an_autoencoder_beats_pca_on_mnist():
    """What the README says: below PCA with 200, below half of PCA with 8 numbers."""
    mnist = data.load("mnist")
    pca = pca_errors(mnist)
    plain = Autoencoder(latent_dim=200, hidden=(), epochs=15)
    deep = Autoencoder(latent_dim=8, hidden=(400,), epochs=15)
    assert autoencoder_error(plain, mnist) < pca[200]
    assert autoencoder_error(deep, mnist) < pca[8] / 2


@pytest.mark.slow
def test_bottleneck(process, command, tmp_path):
    program = ["autoencoder_tf.bottleneck", "--out", tmp_path / "out"]
    result = process(*program, "--data", "digits", "--epochs", 30)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert files(tmp_path / "out") == ["bottleneck.csv", "bottleneck.png"]
    with (tmp_path / "out" / "bottleneck.csv").open() as file:
        table = list(csv.DictReader(file))
    errors = {(row["model"], int(row["size"])): float(row["mse"]) for row in table}
    assert len(errors) == 15
    for (name, size), error in errors.items():
        assert f"{error:8.5f}" in result.stdout
        if name == "PCA" and size < 200:  # more numbers, less error
            bigger = min(s for n, s in errors if n == name and s > size)
            assert errors[name, bigger] < error
    assert errors["784-400-Z-400-784", 8] < errors["PCA", 8]
    one_line(command(*program, "--data", "no/such.npz"), "no/such.npz")
    one_line(command(*program, "--epochs", 0), "--epochs")
