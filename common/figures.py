"""Figures that any model may have.  Each function returns a matplotlib Figure."""

import math
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.spatial.distance import cdist
from scipy.special import ndtri
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

NATS = "nats per image"
ERROR = "mean squared error per pixel"
INK = "gray_r"  # a color map: ink is black
LABEL = 0.07  # of the width of a map: no two labels are closer
BLUE, ORANGE, RED, GRAY = mpl.color_sequences["petroff10"][:4]  # Petroff 2021


@contextmanager
def style():
    """matplotlib's defaults: a matplotlibrc neither breaks nor changes a figure."""
    with mpl.rc_context():
        mpl.rcdefaults()
        yield


@dataclass
class Panel:
    """What one part of `curves` shows."""

    title: str
    unit: str
    lines: dict  # a column of the history: its label
    legend: str = "lower right"
    from_zero: bool = False


def curves(history, *panels):
    """What each epoch reached, in panels side by side."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    epochs = [row["epoch"] for row in history]
    marker = "o" if len(epochs) < 50 else None
    for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
        styles = [(ORANGE, "--"), (BLUE, "-")][-len(panel.lines) :]
        lines = zip(panel.lines.items(), styles, strict=True)
        for (column, label), (color, dashes) in lines:
            values = [row[column] for row in history]
            axes.plot(
                epochs, values, dashes, color=color, marker=marker, ms=3, label=label
            )
        if len(panel.lines) > 1:
            axes.legend(frameon=False, loc=panel.legend, fontsize="small")
        if panel.from_zero:
            axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
        axes.set(title=panel.title, xlabel="epoch", ylabel=panel.unit)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def of_test_images(estimator, dataset):
    """Figures of every model that encodes: test images, and their codes."""
    X, labels = dataset.test_images, dataset.test_labels
    some = examples(dataset)
    names = None if labels is None else labels[some]
    return {
        "reconstructions.png": reconstructed(
            estimator, X[some], estimator.reconstruct(X[some]), names
        ),
        "latent.png": latent(estimator.transform(X), labels, estimator.words.codes),
    }


def reconstructed(estimator, X, decoded, labels, draw="mean"):
    """X, as the model sees it, above its reconstruction.  2 x (N, 784), (N,)"""
    code, pixels = estimator.words.code_mean, "pixel probabilities p(x = 1|z)"
    if draw == "sample":
        code, pixels = estimator.words.code_drawn, "pixels drawn from p(x|z)"
    gray = estimator.settings_.binarize == "none"
    name = "input" if gray else "input, binarized"
    title = f"Reconstructions: {code}, {pixels}"
    return reconstructions(estimator.seen(X), decoded, labels, title, name)


def examples(dataset, count=1):
    """Where `count` test images of each class stand; without labels, the first ten."""
    if dataset.test_labels is None:
        return np.arange(min(10, len(dataset.test_images)))
    return first_of_each_class(dataset.test_labels, count)


def first_of_each_class(labels, count=1):
    """Where the first `count` images of each of at most 20 classes stand."""
    classes = np.unique(labels)[:20]
    return np.concatenate([np.flatnonzero(labels == c)[:count] for c in classes])


def reconstructions(x, reconstructed, labels, title, name="input"):
    """Images above their reconstructions.  2 x (N, 784) in [0, 1], (N,) or None"""
    columns = min(len(x), 20)
    rows = math.ceil(len(x) / columns)
    size = max(6, 0.8 * columns + 1), 0.4 + 2 * rows
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(2 * rows, columns, squeeze=False)
    for number in range(len(x)):
        row, column = divmod(number, columns)
        pair = grid[2 * row : 2 * row + 2, column]
        for axes, image in zip(pair, (x, reconstructed), strict=True):
            _show(axes, image[number])
        if labels is not None:
            pair[0].set_title(labels[number])
        if column == 0:
            for axes, text in zip(pair, (name, "reconstruction"), strict=True):
                axes.set_ylabel(text, rotation=0, ha="right", va="center")
    for axes in grid[-2:, (len(x) - 1) % columns + 1 :].flat:
        axes.set_axis_off()
    figure.suptitle(title)
    return figure


def samples(*panels, unit="p(x = 1|z)"):
    """Generated images, in a square.  Each panel: a title and (N, 784) in [0, 1]"""
    figure = Figure(figsize=(5.6 * len(panels), 6.2), layout="constrained")
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, images) in zip(grid, panels, strict=True):
        _show(axes, _mosaic(images), bar=figure, unit=unit)
        axes.set_title(title)
    return figure


def interpolation(images, shares, ends=None, labels=None):
    """A strip from one image to another.  (N, 784), (N,) from 0 to 1, 2 x 784, 2

    `images` are the decoded codes, `ends` the two images whose codes these lie between;
    without them, the codes at both ends are random.
    """
    names, codes = [f"{share:.2f}" for share in shares], "two random ones"
    if ends is not None:
        images, codes = [ends[0], *images, ends[1]], "those of two images"
        start, end = ("", "") if labels is None else (f": {label}" for label in labels)
        names = [f"input{start}", *names, f"input{end}"]
    figure = Figure(figsize=(max(6, 0.8 * len(names)), 1.9), layout="constrained")
    grid = figure.subplots(1, len(names))
    for axes, image, name in zip(grid, images, names, strict=True):
        _show(axes, image)
        axes.set_title(name, fontsize="small")
    figure.suptitle(f"Decoded codes on the straight line between {codes}")
    figure.supxlabel("share of the way from the first code to the second")
    return figure


def latent(codes, labels, code):
    """Codes colored by class, in two dimensions.  (N, Z), (N,); `code` names them.

    Two latent variables are shown as they are, more of them on their first two
    principal axes.  Without labels, None, they have one colour.
    """
    codes, xlabel, ylabel = _plane(codes)
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    axes = figure.subplots()
    scatter(axes, codes, labels)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    title = f"Test images by class: {code}.  A circle: where its class prevails"
    axes.set_title(f"Test images: {code}" if labels is None else title)
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)
    return figure


def scatter(axes, codes, labels):
    """Points colored by class, and a label where each class prevails.  (N, 2), (N,)

    Without labels, None, points of one colour.
    """
    known = np.zeros(len(codes)) if labels is None else labels
    classes, numbers = np.unique(known, return_inverse=True)
    colors = _colors(len(classes))
    order = np.random.default_rng(0).permutation(len(codes))  # no class on top
    axes.scatter(
        *codes[order].T,
        s=np.clip(20_000 / len(codes), 4, 20),
        color=[colors[number] for number in numbers[order]],
        alpha=0.6,
        linewidths=0,
    )
    if labels is None:
        return
    face = mpl.rcParams["axes.facecolor"]
    for number, place in enumerate(_places(codes, numbers)):
        axes.annotate(
            classes[number],
            place,
            ha="center",
            va="center",
            fontweight="bold",
            bbox={"boxstyle": "circle", "fc": face, "ec": colors[number], "lw": 2},
        )


def _places(codes, numbers):
    """For each class the middle of where it prevails.  (N, 2), (N,) -> (C, 2)

    The medoid of its points among whose neighbours more than half are of the class; or
    the next best point, where another label would cover it.
    """
    count = min(len(codes), max(5, min(100, len(codes) // 100)))
    shares = KNeighborsClassifier(count).fit(codes, numbers).predict_proba(codes)
    own = shares[np.arange(len(codes)), numbers]
    room = LABEL * np.ptp(codes, axis=0).max()
    places = np.full((shares.shape[1], 2), np.inf)
    for c in np.bincount(numbers[own > 0.5], minlength=len(places)).argsort():
        points, share = codes[numbers == c], own[numbers == c]
        prevails = (share > 0.5) | (share == share.max())
        some = points[prevails][:1000]
        medoid = some[cdist(some, some).sum(axis=1).argmin()]
        best = np.lexsort((np.linalg.norm(points - medoid, axis=1), ~prevails))
        free = cdist(points[best], places).min(axis=1)
        place = np.argmax(free > room) if (free > room).any() else free.argmax()
        places[c] = points[best][place]
    return places


def _plane(codes):
    """(N, Z) -> (N, 2) and what to call the two axes."""
    axes, shares = principal_axes(codes)
    if len(axes) == 1:
        return np.hstack([codes, np.zeros_like(codes)]), "$z_1$", ""
    if shares is None:
        return codes[:, :2], "$z_1$", "$z_2$"
    return (codes - codes.mean(axis=0)) @ axes[:2].T, *(
        f"principal axis {i} ({share:.0%} of the variance)"
        for i, share in enumerate(shares[:2], 1)
    )


def principal_axes(codes):
    """Directions, that of the most variance first, and its shares.  (N, Z) -> (K, Z), K

    Of one or two latent variables, or where nothing varies, the axes of these: no
    shares.
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
    side = len(ticks)
    figure = Figure(figsize=(7.4, 8), layout="constrained")
    axes = figure.subplots()
    _show(axes, _mosaic(probabilities), bar=figure)
    shown = np.arange(side % 5 // 2, side, 5)  # symmetric about the middle
    center = 28 * shown + 13.5
    axes.set_xticks(center, [f"${ticks[i]:.2f}$" for i in shown])
    axes.set_yticks(center, [f"${ticks[::-1][i]:.2f}$" for i in shown])
    axes.set(xlabel="$z_1$", ylabel="$z_2$")
    axes.set_title("The latent plane, decoded, in equal steps of prior probability")
    return figure


def _show(axes, image, bar=None, unit="p(x = 1|z)"):
    if image.ndim == 1:
        image = image.reshape(28, 28)
    shown = axes.imshow(image, INK, vmin=0, vmax=1, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    if bar:
        bar.colorbar(
            shown,
            ax=axes,
            location="bottom",
            shrink=0.6,
            aspect=40,
            pad=0.02,
            label=unit,
        )


def _mosaic(images):
    """Row by row into a square, blank at its end.  (N, 784) -> (28 * S, 28 * S)"""
    side = math.isqrt(len(images) - 1) + 1
    blank = np.zeros((side * side - len(images), 784))
    squares = np.concatenate([images, blank]).reshape(side, side, 28, 28)
    return squares.swapaxes(1, 2).reshape(28 * side, 28 * side)


def _colors(count):
    if count <= 10:
        return mpl.color_sequences["petroff10"][:count]
    return mpl.colormaps["cividis"](np.linspace(0, 1, count))
