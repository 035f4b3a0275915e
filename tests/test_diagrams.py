"""Diagrams: nothing is cut off, nothing covers another, colors follow the page."""

import itertools

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from notebooks import diagrams


def boxes(figure):
    figure.draw(FigureCanvasAgg(figure).get_renderer())
    (axes,) = figure.axes
    patches = [text.get_bbox_patch() or text for text in axes.texts if text.get_text()]
    return [patch.get_window_extent() for patch in patches]


@pytest.mark.parametrize("make", [diagrams.networks, diagrams.reparameterization])
def test_every_text_is_whole_and_by_itself(make):
    figure = make()
    width, height = figure.bbox.size
    seen = boxes(figure)
    assert len(seen) > 8
    for box in seen:
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height
    assert not any(a.overlaps(b) for a, b in itertools.combinations(seen, 2))


def test_a_dark_page_makes_dark_boxes():
    with mpl.rc_context({"axes.facecolor": "black", "text.color": "white"}):
        (axes,) = diagrams.networks().axes
    box = next(text for text in axes.texts if text.get_text() == "$p$")
    assert box.get_bbox_patch().get_facecolor()[:3] == (0, 0, 0)
    assert box.get_color() == "white"
