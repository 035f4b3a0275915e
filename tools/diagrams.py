"""What a VAE computes, as boxes and arrows, in the colors of matplotlib's settings."""

import matplotlib as mpl
from matplotlib.figure import Figure

from common.figures import BLUE, GRAY, ORANGE, RED

BOX = {"ha": "center", "va": "center", "fontsize": 12.5, "zorder": 3}


def networks():
    """An autoencoder above a variational one: what comes between x and p."""
    figure, axes = _canvas(7, 4.5)
    axes.text(
        0, 4.2, "Autoencoder: an image has one code", fontsize=12.5, weight="bold"
    )
    _chain(axes, 3.55, code=3.5)
    _box(axes, 3.5, 3.55, "$z$", GRAY)
    text = "Variational autoencoder: it has a distribution of codes"
    axes.text(0, 2.75, text, fontsize=12.5, weight="bold")
    _chain(axes, 1.6, code=3.05, out=4.5)
    _box(axes, 3.05, 1.95, r"$\mu$", GRAY)
    _box(axes, 3.05, 1.25, r"$\log\,\sigma^2$", GRAY)
    _box(axes, 4.4, 1.6, r"$z = \mu + \sigma\varepsilon$", GRAY)
    _box(axes, 4.4, 0.65, r"$\varepsilon \sim N(0, I)$", ORANGE)
    for start, end in (((3.2, 1.9), (3.75, 1.68)), ((3.5, 1.3), (3.75, 1.5))):
        _arrow(axes, start, end)
    _arrow(axes, (4.4, 0.87), (4.4, 1.38), ORANGE)
    note = {"ha": "center", "va": "top", "fontsize": 11}
    axes.text(2.55, 0.85, "KL: how far is this\nfrom $N(0, I)$?", color=BLUE, **note)
    axes.text(6.25, 1.1, r"$\log\,p(x|z)$:" + "\nis $x$ likely?", color=BLUE, **note)
    return figure


def _chain(axes, y, code, out=None):
    """x -> encoder -> code -> decoder -> p"""
    out = out or code
    _box(axes, 0.35, y, "$x$", GRAY)
    _box(axes, 1.7, y, "encoder", BLUE)
    _box(axes, 5.65, y, "decoder", BLUE)
    _box(axes, 6.75, y, "$p$", GRAY)
    _arrow(axes, (0.55, y), (1.2, y))
    if out == code:
        _arrow(axes, (2.2, y), (code - 0.2, y))
        _arrow(axes, (code + 0.2, y), (5.13, y))
    else:
        _arrow(axes, (2.2, y + 0.05), (code - 0.2, y + 0.3))
        _arrow(axes, (2.2, y - 0.05), (code - 0.46, y - 0.3))
        _arrow(axes, (out + 0.55, y), (5.13, y))
    _arrow(axes, (6.17, y), (6.55, y))


def reparameterization():
    """The same z twice: where the gradient is blocked, and where it flows."""
    figure, axes = _canvas(7, 3.1)
    left = "z is drawn: the gradient stops"
    right = "z is computed: the gradient flows"
    for x, title in ((1.7, left), (5.3, right)):
        axes.text(x, 2.85, title, ha="center", fontsize=12, weight="bold")
    for shift in (0, 3.6):
        _box(axes, 0.7 + shift, 0.3, r"$\mu$", GRAY)
        _box(axes, 1.7 + shift, 0.3, r"$\sigma$", GRAY)
        _box(axes, 1.2 + shift, 2.3, "$f(z)$", BLUE)
        _arrow(axes, (1.13 + shift, 1.6), (1.13 + shift, 2.05))
        _arrow(axes, (1.3 + shift, 2.05), (1.3 + shift, 1.6), BLUE, "--")
    _box(axes, 1.2, 1.35, r"$z \sim N(\mu, \sigma^2)$", ORANGE)
    _box(axes, 4.8, 1.35, r"$z = \mu + \sigma\varepsilon$", GRAY)
    _box(axes, 6.3, 1.35, r"$\varepsilon$", ORANGE)
    _arrow(axes, (6.1, 1.35), (5.48, 1.35), ORANGE)
    for shift, blocked in ((0, True), (3.6, False)):
        for x, middle in ((0.7, 1.0), (1.7, 1.4)):
            _arrow(axes, (x - 0.07 + shift, 0.55), (middle - 0.07 + shift, 1.12))
            if blocked:
                axes.plot(middle + 0.14, 0.98, "x", color=RED, ms=9, mew=2.5)
            else:
                start, end = (middle + 0.1 + shift, 1.12), (x + 0.1 + shift, 0.55)
                _arrow(axes, start, end, BLUE, "--")
    axes.text(2.35, 0.75, "no derivative\nof a draw", color=RED, fontsize=11)
    axes.text(5.95, 0.7, "noise from\noutside", fontsize=11)
    return figure


def _canvas(width, height):
    figure = Figure(figsize=(width, height), layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.1, width + 0.1), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes


def _box(axes, x, y, text, color):
    face = mpl.rcParams["axes.facecolor"]
    shape = {"boxstyle": "round,pad=0.35", "fc": face, "ec": color, "lw": 2}
    axes.text(x, y, text, bbox=shape, **BOX)


def _arrow(axes, start, end, color=None, style="-"):
    color = color or mpl.rcParams["text.color"]
    shape = {"arrowstyle": "-|>", "color": color, "lw": 1.5, "ls": style}
    axes.annotate("", end, start, arrowprops=shape | {"shrinkA": 0, "shrinkB": 0})
