"""Figures that any model may have.  Each function returns a matplotlib Figure."""

import math
from dataclasses import dataclass

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from scipy.spatial.distance import cdist
from scipy.special import ndtri
from sklearn.decomposition import PCA

NATS = "nats per image"
ERROR = "mean squared error per pixel"
INK = "gray_r"  # a color map: ink is black
LABEL = 0.07  # of the width of a map: no two labels are closer
BLUE, ORANGE, RED, GRAY = mpl.color_sequences["petroff10"][:4]  # Petroff 2021


def style():
    """matplotlib's defaults: a matplotlibrc neither breaks nor changes a figure."""
    return mpl.style.context("default")


@dataclass
class Panel:
    """What one part of `curves` shows."""

    title: str
    unit: str
    lines: dict  # a column of the history: its label
    from_zero: bool = False


def curves(history, *panels):
    """What each epoch reached, in panels side by side."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    epochs = [row["epoch"] for row in history]
    marker = "o" if len(epochs) < 50 else None
    for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
        axes.set_prop_cycle(color=[BLUE, ORANGE], linestyle=["-", "--"])
        for column, label in panel.lines.items():
            values = [row[column] for row in history]
            axes.plot(epochs, values, marker=marker, ms=3, label=label)
        if len(panel.lines) > 1:
            axes.legend(frameon=False, fontsize="small")
        if panel.from_zero:
            axes.update_datalim([(epochs[0], 0)])  # for the margin above, too
            axes.set_ylim(bottom=0)
        axes.set(title=panel.title, xlabel="epoch", ylabel=panel.unit)
        axes.locator_params(axis="x", integer=True)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def of_test_images(estimator, dataset):
    """Figures of every model that encodes: test images, and their codes."""
    X, labels = dataset.test_images, dataset.test_labels
    some = examples(dataset)
    decoded = estimator.reconstruct(X[some])
    names = None if labels is None else labels[some]
    return {
        "reconstructions.png": reconstructed(estimator, X[some], decoded, names),
        "latent.png": latent(estimator.transform(X), labels, estimator.words.codes),
    }


def reconstructed(estimator, X, decoded, labels, draw="mean"):
    """X, as the model sees it, above its reconstruction.  2 x (N, 784), (N,)"""
    code, pixels = estimator.words.code_mean, "pixel probabilities p(x = 1|z)"
    if draw == "sample":
        code, pixels = estimator.words.code_drawn, "pixels drawn from p(x|z)"
    name = "input" if estimator.settings_.binarize == "none" else "input, binarized"
    title = f"Reconstructions: {code}, {pixels}"
    return reconstructions(estimator.seen(X), decoded, labels, title, name)


def examples(dataset, count=1):
    """The first `count` test images of each of at most 20 classes: their numbers.

    Without labels, the first ten.
    """
    labels = dataset.test_labels
    if labels is None:
        return np.arange(min(10, len(dataset.test_images)))
    classes = np.unique(labels)[:20]
    return np.concatenate([np.flatnonzero(labels == c)[:count] for c in classes])


def reconstructions(x, reconstructed, labels, title, name="input"):
    """Images above their reconstructions.  2 x (N, 784) in [0, 1], (N,) or None"""
    columns = min(len(x), 20)
    rows = math.ceil(len(x) / columns)
    size = max(6, 0.8 * columns + 1), 0.4 + 2 * rows
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(2 * rows, columns, squeeze=False)
    strips = (grid[::2], x, name), (grid[1::2], reconstructed, "reconstruction")
    for strip, images, text in strips:
        for axes, image in zip(strip.flat, images, strict=False):
            _show(axes, [image])
        for axes in strip[:, 0]:
            axes.set_ylabel(text, rotation=0, ha="right", va="center")
        for axes in strip.flat[len(x) :]:
            axes.set_axis_off()
    if labels is not None:
        for axes, label in zip(grid[::2].flat, labels, strict=False):
            axes.set_title(label)
    figure.suptitle(title)
    return figure


def samples(*panels, unit="p(x = 1|z)"):
    """Generated images, in a square.  Each panel: a title and (N, 784) in [0, 1]"""
    figure = Figure(figsize=(5.6 * len(panels), 6.2), layout="constrained")
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, images) in zip(grid, panels, strict=True):
        _show(axes, images, unit)
        axes.set_title(title)
    return figure


def interpolation(images, ends=None, labels=None):
    """A strip of images in equal steps from one code to another.  (N, 784), 2 x 784, 2

    `images` are the decoded codes, `ends` the two images whose codes these lie between;
    without them, the codes at both ends are random.
    """
    names = [f"{share:.2f}" for share in np.linspace(0, 1, len(images))]
    codes = "two random ones"
    if ends is not None:
        images, codes = [ends[0], *images, ends[1]], "those of two images"
        start, end = ("", "") if labels is None else (f": {label}" for label in labels)
        names = [f"input{start}", *names, f"input{end}"]
    figure = Figure(figsize=(max(6, 0.8 * len(names)), 1.9), layout="constrained")
    grid = figure.subplots(1, len(names))
    for axes, image, name in zip(grid, images, names, strict=True):
        _show(axes, [image])
        axes.set_title(name, fontsize="small")
    figure.suptitle(f"Decoded codes on the straight line between {codes}")
    figure.supxlabel("share of the way from the first code to the second")
    return figure


def latent(codes, labels, code):
    """Codes colored by class, in two dimensions.  (N, Z), (N,); `code` names them.

    Two latent variables are shown as they are, more of them on their first two
    principal axes.  Without labels, None, they have one color.
    """
    directions, shares = principal_axes(codes)
    plane = np.pad(codes, [(0, 0), (0, 1)])[:, :2]
    xlabel, ylabel = "$z_1$", "$z_2$" if codes.shape[1] > 1 else ""
    if shares is not None:
        plane = (codes - codes.mean(axis=0)) @ directions[:2].T
        xlabel = f"principal axis 1 ({shares[0]:.0%} of the variance)"
        ylabel = f"principal axis 2 ({shares[1]:.0%} of the variance)"
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    axes = figure.subplots()
    scatter(axes, plane, labels)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    title = f"Test images by class: {code}.  A circle: the middle of its class"
    axes.set_title(f"Test images: {code}" if labels is None else title)
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)
    return figure


def scatter(axes, codes, labels):
    """Points colored by class, and a label in the middle of each.  (N, 2), (N,)

    The middle: the point of the class nearest its median where there is room.  Without
    labels, None, points of one color.
    """
    known = np.zeros(len(codes)) if labels is None else labels
    classes, numbers = np.unique(known, return_inverse=True)
    palette = mpl.color_sequences["petroff10"][: len(classes)]
    if len(classes) > 10:
        palette = mpl.colormaps["cividis"](np.linspace(0, 1, len(classes)))
    colors = to_rgba_array(palette)
    order = np.random.default_rng(0).permutation(len(codes))  # no class on top
    size = np.clip(20_000 / len(codes), 4, 20)
    axes.scatter(*codes[order].T, size, colors[numbers[order]], alpha=0.6, linewidths=0)
    if labels is None:
        return
    box = {"boxstyle": "circle", "fc": mpl.rcParams["axes.facecolor"], "lw": 2}
    style = {"ha": "center", "va": "center", "fontweight": "bold"}
    room = LABEL * np.ptp(codes, axis=0).max()
    places = np.full((len(classes), 2), np.inf)
    for number, color in enumerate(colors):
        points = codes[numbers == number]
        points = points[cdist(points, [np.median(points, axis=0)])[:, 0].argsort()]
        free = cdist(points, places).min(axis=1) > room
        places[number] = points[free.argmax()]  # the first of all, if none is free
        bbox = {**box, "ec": color}
        axes.annotate(classes[number], places[number], bbox=bbox, **style)


def principal_axes(codes):
    """Directions, that of the most variance first, and its shares.  (N, Z) -> (K, Z), K

    Of one or two latent variables, or where nothing varies, these axes and no shares.
    """
    if codes.shape[1] < 3 or len(codes) < 3 or (codes == codes[0]).all():
        return np.eye(codes.shape[1]), None
    pca = PCA(svd_solver="full").fit(codes)
    return pca.components_, pca.explained_variance_ratio_


def manifold_grid(side):
    """Latent points at equal steps of prior probability.  -> (side * side, 2), (side,)

    Through the inverse normal CDF (Kingma & Welling 2014, appendix A): row by row,
    z_2 falling from top to bottom.
    """
    ticks = ndtri((np.arange(side) + 0.5) / side).astype(np.float32)
    z1, z2 = np.meshgrid(ticks, ticks[::-1])
    return np.column_stack([z1.ravel(), z2.ravel()]), ticks


def manifold(probabilities, ticks):
    """What each point of a 2-D latent space decodes to.  (side * side, 784), (side,)"""
    figure = Figure(figsize=(7.4, 8), layout="constrained")
    axes = figure.subplots()
    _show(axes, probabilities, "p(x = 1|z)")
    shown = np.arange(len(ticks) % 5 // 2, len(ticks), 5)  # symmetric about the middle
    axes.set_xticks(28 * shown + 13.5, [f"${tick:.2f}$" for tick in ticks[shown]])
    axes.set_yticks(28 * shown + 13.5, [f"${tick:.2f}$" for tick in ticks[::-1][shown]])
    axes.set(xlabel="$z_1$", ylabel="$z_2$")
    axes.set_title("The latent plane, decoded, in equal steps of prior probability")
    return figure


def _show(axes, images, unit=None):
    """Row by row in a square; what the gray levels are, if they need it.  (N, 784)"""
    side = math.isqrt(len(images) - 1) + 1
    squares = np.zeros((side * side, 28, 28))  # blank at its end
    squares[: len(images)] = np.reshape(images, (-1, 28, 28))
    mosaic = squares.reshape(side, side, 28, 28).swapaxes(1, 2).reshape(28 * side, -1)
    shown = axes.imshow(mosaic, INK, vmin=0, vmax=1, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    if unit:
        shape = {"location": "bottom", "shrink": 0.6, "aspect": 40, "pad": 0.02}
        axes.figure.colorbar(shown, ax=axes, label=unit, **shape)
