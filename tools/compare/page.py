"""The report of a comparison: its table, its figures, and the programs side by side."""

import json
from functools import partial
from itertools import cycle

import numpy as np

from common import packages
from tools.pages import base, side_by_side
from tools.pages.side_by_side import evidence, render

QUICK = {"draws": 50, "structures": 1}  # evidence, while somebody waits


def page(report, captions, folder):
    """The whole report -> HTML.  `captions`: file name of a figure -> what it shows"""
    labels = [column["label"] for column in report["columns"]]
    title = " and ".join(labels)
    content = f"""<header>
<h1>{", ".join(map(base.text, labels))} compared</h1>
<p>{_lead(report)}</p>
</header>
<main>
<section class="report">
<h2>What they reached</h2>
{_table(report)}
{_settings(report)}
{_apart(report)}
{_figures(captions, folder)}
</section>
{_code([column["package"] for column in report["columns"]])}
</main>
<footer>Made by <code>python -m common.compare</code>.</footer>"""
    return base.document(title, content, side_by_side.STYLE, side_by_side.SCRIPT)


def _lead(report):
    text = base.text(report["data"])
    if all(column["run"] for column in report["columns"]):
        return f"Finished runs, tested on the same images of {text}."
    return (
        f"Trained on the same images of {text}, in the same order, with the same "
        "noise; each in a process of its own."
    )


def _table(report):
    labels = [column["label"] for column in report["columns"]]
    head = "".join(f'<th scope="col">{base.text(label)}</th>' for label in labels)
    rows = "".join(
        f'<tr><th scope="row">{title}, {unit}</th>'
        + "".join(f"<td>{value:,.{digits}f}</td>" for value in values)
        + "</tr>\n"
        for title, unit, digits, values in report["rows"]
    )
    return f"""<div class="scroll" tabindex="0" role="region" aria-label="Results">
<table><thead><tr><td></td>{head}</tr></thead><tbody>
{rows}</tbody></table></div>"""


def _settings(report):
    """In what they were not alike, if in anything."""
    if not report["differing_settings"]:
        return ""
    labels = [column["label"] for column in report["columns"]]
    lines = "".join(
        "<li>"
        + base.text(name.replace("_", " "))
        + ": "
        + ", ".join(
            f"{base.text(json.dumps(value))} ({base.text(label)})"
            for label, value in zip(labels, values, strict=True)
        )
        + "</li>"
        for name, values in report["differing_settings"].items()
    )
    return f"<h2>Settings that differ</h2>\n<ul>{lines}</ul>"


def _apart(report):
    """How far the parameters are apart, and why."""
    if not report["apart"]:
        return ""
    first, *others = [column["label"] for column in report["columns"]]
    head = "".join(f'<th scope="col">{base.text(label)}</th>' for label in others)
    rows = "".join(
        f'<tr><th scope="row">{"the end" if step == "end" else f"step {step}"}</th>'
        + "".join(f"<td>{render.power(share)}</td>" for share in shares)
        + "</tr>\n"
        for step, shares in report["apart"].items()
    )
    return f"""<h2>How far their parameters are apart</h2>
<p>From those of {base.text(first)}, as a share of the way that training has moved
those.</p>
<table><thead><tr><th scope="col">after</th>{head}</tr></thead><tbody>
{rows}</tbody></table>
<p>{report["why"]}</p>"""


def _figures(captions, folder):
    return "\n".join(
        f'<figure><div class="scroll" tabindex="0" role="region" aria-label="{name}">'
        f"{base.image((folder / name).read_bytes(), caption)}</div>"
        f"<figcaption>{base.text(caption)}</figcaption></figure>"
        for name, caption in captions.items()
    )


def _code(names):
    """The programs side by side, unless it is one program."""
    names = list(dict.fromkeys(names))
    if len(names) == 1:
        return ""
    return side_by_side.body(names, partial(evidence.measure, **QUICK))


def figures(report, pictures):
    """Every figure -> {file name: (Figure, what it shows)}"""
    made = {}
    columns = report["columns"]
    if all(column["history"] for column in columns):
        caption = "What each epoch reached on the test images."
        made["curves.png"] = _curves(columns), caption
    if all("made" in arrays for arrays in pictures.values()):
        first = next(iter(pictures.values()))
        rows = {"input": first["seen"]} | {n: a["made"] for n, a in pictures.items()}
        caption = "The same test images, reconstructed by each."
        made["reconstructions.png"] = _grid(rows), caption
    rows = {name: arrays["decoded"] for name, arrays in pictures.items()}
    same = len({arrays["z"].tobytes() for arrays in pictures.values()}) == 1
    caption = "The same codes z, decoded by each." if same else "Random codes, decoded."
    made["decoded.png"] = _grid(rows), caption
    return made


def _curves(columns):
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    from common.figures import BLUE, GRAY, ORANGE

    histories = [column["history"] for column in columns]
    about = packages.model_of(columns[0]["package"])
    wanted = {f"test_{name}": measure for name, measure in about.measures.items()}
    shared = [n for n in wanted if all(n in history[0] for history in histories)]
    if not shared:
        shared, wanted = ["seconds"], {"seconds": None}
    figure = Figure(figsize=(3.7 * len(shared) + 1, 3.6), layout="constrained")
    for axes, name in zip(
        figure.subplots(1, len(shared), squeeze=False)[0], shared, strict=True
    ):
        styles = zip(cycle((BLUE, ORANGE, GRAY)), cycle(("-", "--", ":")), (5, 3, 2))
        for column, history, style in zip(columns, histories, styles, strict=False):
            color, dashes, width = style
            values = [row[name] for row in history]
            epochs = [row["epoch"] for row in history]
            marker = "o" if len(epochs) == 1 else None
            axes.plot(
                epochs,
                values,
                dashes,
                color=color,
                lw=width,
                marker=marker,
                label=_plain(column["label"]),
            )
        measure = wanted[name]
        axes.set(xlabel="epoch", ylabel=measure.unit if measure else "seconds")
        axes.set_title(measure.title.strip() if measure else "seconds per epoch")
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
    from matplotlib.figure import Figure

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
