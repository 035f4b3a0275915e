"""Colors with enough contrast: WCAG 2, 1.4.11 for marks and 1.4.3 for letters."""

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb, to_rgba_array
from matplotlib.lines import Line2D
from matplotlib.text import Text

MARK, LETTER = 3, 4.5  # the least contrast with the page


def luminance(color):
    """How bright a color is, from 0 to 1 (WCAG 2).  (..., 3) -> (...)"""
    color = np.asarray(color)
    linear = np.where(color > 0.04045, ((color + 0.055) / 1.055) ** 2.4, color / 12.92)
    return linear @ (0.2126, 0.7152, 0.0722)


def contrast(color, page):
    """From 1, for equal colors, to 21 (WCAG 2).  (..., 3), (3,) -> (...)"""
    ends = np.sort([luminance(color), luminance(page) + 0 * luminance(color)], axis=0)
    return (ends[1] + 0.05) / (ends[0] + 0.05)


def legible(color, page, least):
    """The color, opaque, and moved towards ink as far as needed.  -> (3,)"""
    ink = np.array(to_rgb(mpl.rcParams["text.color"]))
    shares = np.linspace(0, 1, 101)[:, None]
    mixed = (1 - shares) * to_rgba_array(color)[0, :3] + shares * ink
    return mixed[np.argmax(contrast(mixed, page) >= least)]


def make_legible(figure):
    """Give every point, line, box and letter of a figure enough contrast."""
    page = np.array(to_rgb(mpl.rcParams["figure.facecolor"]))
    for artist in figure.findobj():
        if isinstance(artist, PathCollection):
            colors, places = np.unique(
                artist.get_facecolor(), axis=0, return_inverse=True
            )
            adjusted = np.array([legible(c, page, MARK) for c in colors])
            artist.set(facecolor=adjusted[places.ravel()], alpha=1)
        elif isinstance(artist, Line2D) and not artist.get_label().startswith("_"):
            artist.set_color(legible(artist.get_color(), page, MARK))
        elif isinstance(artist, Text):
            artist.set_color(legible(artist.get_color(), page, LETTER))
            box, arrow = artist.get_bbox_patch(), getattr(artist, "arrow_patch", None)
            for patch in filter(None, (box, arrow)):
                patch.set_edgecolor(legible(patch.get_edgecolor(), page, MARK))
            if arrow:
                arrow.set_facecolor(arrow.get_edgecolor())
