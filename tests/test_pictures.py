"""The program behind the pictures of docs/."""

import importlib.util

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def pictures():
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs/pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_decoded_stands_where_its_code_lies(pictures, rng, axis):
    """Images that show a coordinate of their code grow brighter along that axis."""
    codes, labels = rng.standard_normal((60, 2)), np.arange(60) % 3
    figure = pictures.plane(codes, labels, lambda z: z[:, [axis]].repeat(784, axis=1))
    (image,) = figure.axes[0].images
    left, right, bottom, top = image.get_extent()
    shown = image.get_array()
    rows, columns = shown.shape
    x, y = rng.uniform(left, right, 50), rng.uniform(bottom, top, 50)
    row = ((top - y) / (top - bottom) * rows).astype(int)
    column = ((x - left) / (right - left) * columns).astype(int)
    half_a_tile = (right - left) / pictures.SIDE / 2
    np.testing.assert_allclose(
        shown[row, column], (x, y)[axis], atol=1.01 * half_a_tile
    )
    assert figure.axes[1].get_xlim() == (left, right)


def test_three_squares_of_random_codes(pictures, digits, uncompiled):
    images = digits.train_images[:100]
    autoencoder = pictures.Autoencoder(3, epochs=1).fit(images)
    titles, samples = zip(*pictures.random_codes(autoencoder, images), strict=True)
    assert titles == (
        "Autoencoder 784-3-784:\nrandom codes",
        "Autoencoder 784-400-20-400-784:\nrandom codes",
        "VAE 784-400-20-400-784:\nz ~ N(0, I)",
    )
    assert np.shape(samples) == (3, 25, 784)


def test_each_picture_is_written_for_both_pages(pictures, monkeypatch, tmp_path):
    (tmp_path / "dark").mkdir()
    monkeypatch.setattr(pictures, "FOLDER", tmp_path)
    monkeypatch.setattr(pictures.figures, "INK", None)  # as it is after the test
    panels = [(name, np.zeros((25, 784))) for name in "abc"]
    pictures.write("codes", pictures.beside, panels)
    light, dark = (
        np.array(Image.open(tmp_path / name).convert("L"))
        for name in ("codes.png", "dark/codes.png")
    )
    assert light.shape == dark.shape
    assert light[0, 0] > 250 and dark[0, 0] < 30  # the page
    middle = light.shape[0] // 2 + 20, light.shape[1] // 6  # an image without ink
    assert light[middle] > 250 and dark[middle] < 30
