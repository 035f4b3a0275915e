"""The report of a comparison: its table, its figures, and the programs side by side."""

import base64

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from common import files, packages
from common.figures import BLUE, GRAY, ORANGE, style
from tools.pages import base, side_by_side
from tools.pages.side_by_side import evidence

NARROW = "narrow-"  # the same figure for a phone
LINES = (BLUE, "-", 5), (ORANGE, "--", 3), (GRAY, ":", 2)  # seen where they coincide


def page(report, captions, folder):
    """The whole report -> HTML.  `captions`: file name of a figure -> what it shows"""
    labels = [column["label"] for column in report["columns"]]
    names = dict.fromkeys(column["package"] for column in report["columns"])
    figures = [
        [caption, *(_encoded(folder / file) for file in (name, NARROW + name))]
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


def _encoded(path):
    """A picture in base64; an empty string if there is none."""
    return base64.b64encode(path.read_bytes()).decode() if path.exists() else ""


def draw(folder, report, pictures):
    """Write every figure -> {file name: what it shows}"""
    columns, figures = report["columns"], {}
    labels = [column["label"] for column in columns]
    if all(column["history"] for column in columns):
        caption = "What each epoch reached on the test images."
        figures["curves.png"] = caption, _curves, columns
    if all("made" in arrays for arrays in pictures):
        rows = [pictures[0]["seen"], *(arrays["made"] for arrays in pictures)]
        caption = "The same test images, reconstructed by each."
        figures["reconstructions.png"] = caption, _grid, ["input", *labels], rows
    same = len({arrays["z"].tobytes() for arrays in pictures}) == 1
    caption = "The same codes z, decoded by each." if same else "Random codes, decoded."
    rows = [arrays["decoded"] for arrays in pictures]
    figures["decoded.png"] = caption, _grid, labels, rows
    with style():
        for name, (_, make, *arguments) in figures.items():
            files.write_figure(folder / name, make(*arguments))
        if "curves.png" in figures:
            path = folder / f"{NARROW}curves.png"
            files.write_figure(path, _curves(columns, narrow=True))
    return {name: caption for name, (caption, *_) in figures.items()}


def _curves(columns, narrow=False):
    """What each epoch reached: a panel for each measure that all of them have.

    If narrow, one below the other.
    """
    measures = packages.model_of(columns[0]["package"]).test_measures
    panels = {f"test_{n}": (m.title.strip(), m.unit) for n, m in measures.items()}
    common = set.intersection(*({*column["history"][0]} for column in columns))
    panels = {name: panel for name, panel in panels.items() if name in common}
    panels = panels or {"seconds": ("seconds per epoch", "seconds")}
    down, across = (len(panels), 1) if narrow else (1, len(panels))
    size = 3.7 * across + 1, 3 * down + 0.6
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(down, across, squeeze=False).flat
    for axes, (name, (title, unit)) in zip(grid, panels.items(), strict=True):
        for column, (color, dashes, width) in zip(columns, LINES, strict=False):
            points = [(row["epoch"], row[name]) for row in column["history"]]
            line = {"color": color, "ls": dashes, "lw": width}
            line["marker"] = "o" if len(points) == 1 else None
            axes.plot(*zip(*points, strict=True), label=column["label"], **line)
        axes.set(xlabel="epoch", ylabel=unit, title=title)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def _grid(labels, rows):
    """Rows of as many images, each behind its label.  [(N, 784), ...]"""
    count = len(rows[0])
    figure = Figure(figsize=(0.8 * count + 2, 0.9 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), count, squeeze=False)
    for line, label, images in zip(grid, labels, rows, strict=True):
        for axes, image in zip(line, np.reshape(images, (-1, 28, 28)), strict=True):
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            axes.set(xticks=[], yticks=[])
        line[0].set_ylabel(label, rotation=0, ha="right", va="center", parse_math=False)
    return figure
