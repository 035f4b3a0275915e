"""What a VAE computes, as boxes and arrows, in the colors of matplotlib's settings."""

import matplotlib as mpl
from matplotlib.figure import Figure

from common.figures import BLUE, GRAY, ORANGE, RED

BOX = {"ha": "center", "va": "center", "fontsize": 12.5, "zorder": 3}
TITLE = {"fontsize": 12.5, "weight": "bold"}


def networks():
    """An autoencoder above a variational one: what comes between x and p."""
    axes = _canvas(7, 4.5)
    axes.text(0, 4.2, "Autoencoder: an image has one code", **TITLE)
    _ends(axes, 3.55)
    _boxes(axes, GRAY, (3.5, 3.55, "$z$"))
    _arrows(axes, None, (2.2, 3.55, 3.3, 3.55), (3.7, 3.55, 5.3, 3.55))
    text = "Variational autoencoder: an image has a distribution of codes"
    axes.text(0, 2.75, text, **TITLE)
    _ends(axes, 1.6)
    codes = (2.95, 1.95, r"$\mu$"), (2.95, 1.25, r"$\log\,\sigma^2$")
    _boxes(axes, GRAY, *codes, (4.25, 1.6, r"$z = \mu + \sigma\varepsilon$"))
    _boxes(axes, ORANGE, (4.25, 0.65, r"$\varepsilon \sim N(0, I)$"))
    _arrows(axes, None, (2.2, 1.65, 2.75, 1.9), (2.2, 1.55, 2.49, 1.3))
    _arrows(axes, None, (3.1, 1.9, 3.6, 1.68), (3.4, 1.3, 3.6, 1.5))
    _arrows(axes, None, (4.92, 1.6, 5.3, 1.6))
    _arrows(axes, ORANGE, (4.25, 0.87, 4.25, 1.38))
    note = {"ha": "center", "va": "top", "fontsize": 11, "color": BLUE}
    axes.text(2.1, 0.75, "KL: how far is $q(z|x)$\nfrom $N(0, I)$?", **note)
    axes.text(6.3, 0.8, r"$\log\,p(x|z)$:" + "\nis $x$ likely?", **note)
    _arrows(axes, BLUE, (2.4, 0.77, 2.7, 1.05), (6.6, 0.82, 6.8, 1.36))
    return axes.figure


def _ends(axes, y):
    """x -> encoder ... decoder -> p"""
    _boxes(axes, GRAY, (0.35, y, "$x$"), (6.88, y, "$p$"))
    _boxes(axes, BLUE, (1.7, y, "encoder"), (5.83, y, "decoder"))
    _arrows(axes, None, (0.55, y, 1.2, y), (6.36, y, 6.66, y))


def reparameterization():
    """The same z twice: where the gradient is blocked, and where it flows."""
    axes = _canvas(7, 3.1)
    left = "z is drawn: the gradient stops"
    right = "z is computed: the gradient flows"
    for x, title in ((1.7, left), (5.3, right)):
        axes.text(x, 2.85, title, ha="center", fontsize=12, weight="bold")
    for x in (0, 3.6):
        _boxes(axes, GRAY, (x + 0.7, 0.3, r"$\mu$"), (x + 1.7, 0.3, r"$\sigma$"))
        _boxes(axes, BLUE, (x + 1.2, 2.3, "$f(z)$"))
        _arrows(axes, None, (x + 1.13, 1.6, x + 1.13, 2.05))
        _arrows(axes, None, (x + 0.63, 0.55, x + 0.93, 1.12))
        _arrows(axes, None, (x + 1.63, 0.55, x + 1.33, 1.12))
        _arrows(axes, BLUE, (x + 1.3, 2.05, x + 1.3, 1.6), style="--")
    _boxes(axes, ORANGE, (1.2, 1.35, r"$z \sim N(\mu, \sigma^2)$"))
    _boxes(axes, GRAY, (4.8, 1.35, r"$z = \mu + \sigma\varepsilon$"))
    _boxes(axes, ORANGE, (6.3, 1.35, r"$\varepsilon$"))
    _arrows(axes, ORANGE, (6.1, 1.35, 5.48, 1.35))
    axes.plot([1.14, 1.54], [0.98, 0.98], "x", color=RED, ms=9, mew=2.5)
    _arrows(axes, BLUE, (4.7, 1.12, 4.4, 0.55), (5.1, 1.12, 5.4, 0.55), style="--")
    axes.text(2.35, 0.75, "no derivative\nof a draw", color=RED, fontsize=11)
    axes.text(5.95, 0.7, "noise from\noutside", fontsize=11)
    return axes.figure


def _canvas(width, height):
    axes = Figure(figsize=(width, height), layout="none").add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.1, width + 0.1), ylim=(0, height))
    axes.set_axis_off()
    return axes


def _boxes(axes, color, *boxes):
    """(x, y, text), ..."""
    face = mpl.rcParams["axes.facecolor"]
    shape = {"boxstyle": "round,pad=0.35", "fc": face, "ec": color, "lw": 2}
    for box in boxes:
        axes.text(*box, bbox=shape, **BOX)


def _arrows(axes, color, *arrows, style="-"):
    """(x, y, x and y of the head), ..."""
    color = color or mpl.rcParams["text.color"]
    shape = {"arrowstyle": "-|>", "color": color, "lw": 1.5, "ls": style}
    shape |= {"shrinkA": 0, "shrinkB": 0}
    for *start, x, y in arrows:
        axes.annotate("", (x, y), start, arrowprops=shape)
