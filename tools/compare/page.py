"""The report of a comparison: its table, its figures, and the programs side by side."""

import base64
from itertools import cycle

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from common import packages
from common.figures import BLUE, GRAY, ORANGE
from tools.pages import base, side_by_side
from tools.pages.side_by_side import evidence


def page(report, captions, folder):
    """The whole report -> HTML.  `captions`: file name of a figure -> what it shows"""
    labels = [column["label"] for column in report["columns"]]
    names = dict.fromkeys(column["package"] for column in report["columns"])
    figures = [
        (name, caption, base64.b64encode((folder / name).read_bytes()).decode())
        for name, caption in captions.items()
    ]
    programs = side_by_side.values(names, evidence.measure)
    return base.page(
        "compare/report.html",
        side_by_side.STYLE,
        side_by_side.SCRIPT if programs["groups"] else "",
        title=" and ".join(labels),
        report=report,
        labels=labels,
        figures=figures,
        **programs,
    )


def figures(report, pictures):
    """Every figure -> {file name: (Figure, what it shows)}"""
    figures, columns = {}, report["columns"]
    if all(column["history"] for column in columns):
        caption = "What each epoch reached on the test images."
        figures["curves.png"] = _curves(columns), caption
    if all("made" in arrays for arrays in pictures.values()):
        first = next(iter(pictures.values()))
        rows = {"input": first["seen"]} | {n: a["made"] for n, a in pictures.items()}
        caption = "The same test images, reconstructed by each."
        figures["reconstructions.png"] = _grid(rows), caption
    rows = {name: arrays["decoded"] for name, arrays in pictures.items()}
    same = len({arrays["z"].tobytes() for arrays in pictures.values()}) == 1
    caption = "The same codes z, decoded by each." if same else "Random codes, decoded."
    figures["decoded.png"] = _grid(rows), caption
    return figures


def _curves(columns):
    """What each epoch reached: a panel for each measure that all of them have."""
    measures = packages.model_of(columns[0]["package"]).test_measures
    panels = {f"test_{n}": (m.title.strip(), m.unit) for n, m in measures.items()}
    panels = {
        n: p for n, p in panels.items() if all(n in c["history"][0] for c in columns)
    }
    panels = panels or {"seconds": ("seconds per epoch", "seconds")}
    figure = Figure(figsize=(3.7 * len(panels) + 1, 3.6), layout="constrained")
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (name, (title, unit)) in zip(grid, panels.items(), strict=True):
        styles = zip(cycle((BLUE, ORANGE, GRAY)), cycle(("-", "--", ":")), (5, 3, 2))
        for column, (color, dashes, width) in zip(columns, styles, strict=False):
            epochs = [row["epoch"] for row in column["history"]]
            values = [row[name] for row in column["history"]]
            style = {"color": color, "lw": width, "label": _plain(column["label"])}
            marker = "o" if len(epochs) == 1 else None
            axes.plot(epochs, values, dashes, marker=marker, **style)
        axes.set(xlabel="epoch", ylabel=unit, title=title)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def _plain(label):
    """A label without what matplotlib would read as mathematics."""
    return label.replace("$", r"\$").lstrip("_")


def _grid(rows):
    """A row of images for each name.  {name: (N, 784)}"""
    count = max(map(len, rows.values()))
    figure = Figure(figsize=(0.8 * count + 2, 0.9 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), count, squeeze=False)
    for line, (name, images) in zip(grid, rows.items(), strict=True):
        for axes, image in zip(line, np.reshape(images, (-1, 28, 28)), strict=False):
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        for axes in line:
            axes.set(xticks=[], yticks=[])
        line[0].set_ylabel(_plain(name), rotation=0, ha="right", va="center")
    return figure
