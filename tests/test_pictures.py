"""The program behind the pictures of docs/."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from numpy.testing import assert_allclose
from PIL import Image

from docs import pictures
from notebooks.legible import contrast, legible


@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_decoded_stands_where_its_code_lies(rng, axis):
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
    assert_allclose(shown[row, column], (x, y)[axis], atol=1.01 * half_a_tile)
    assert figure.axes[1].get_xlim() == (left, right)
    points = figure.axes[1].collections[0].get_offsets()
    assert len(points) == 60 and np.abs(points).max() <= right  # none is left out


def test_each_picture_is_written_for_both_pages(monkeypatch, tmp_path):
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


@pytest.mark.parametrize("page", ["white", "black"])
@pytest.mark.parametrize("color", ["yellow", "navy", "gray"])
def test_a_color_is_changed_until_it_is_legible(color, page):
    page = np.array(to_rgb(page))
    with mpl.rc_context({"text.color": tuple(1 - page)}):
        changed = legible(color, page, 3)
    assert contrast(changed, page) >= 3
    if contrast(to_rgb(color), page) >= 3:
        assert_allclose(changed, to_rgb(color))


def test_contrast_is_that_of_the_guideline():
    """The ends of WCAG's scale, and its best-known gray, 4.54 on white."""
    white, black, gray = map(to_rgb, ("white", "black", "#767676"))
    assert contrast(white, white) == pytest.approx(1)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(gray, white) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("titles", ["a b c", "a b\nb c", "a\na\na b\nb c"])
def test_no_title_is_cut_off_or_too_small_for_a_phone(titles):
    panels = [(title, np.zeros((25, 784))) for title in titles.split(" ")]
    figure = pictures.beside(panels)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    for axes in figure.axes:
        box = axes.title.get_window_extent(canvas.get_renderer())
        assert figure.bbox.containsx(box.x0) and figure.bbox.containsx(box.x1)
        assert figure.bbox.containsy(box.y0) and figure.bbox.containsy(box.y1)
        phone = 343  # pixels that a picture has there, from left to right
        assert axes.title.get_size() / 72 * phone / figure.get_figwidth() > 7.9
