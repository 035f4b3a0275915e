"""The programs side by side: functions, lines and words, with evidence and formulas.

The page is whole without its script.
"""

from itertools import groupby
from operator import itemgetter
from pathlib import Path

from tools.pages import base
from tools.pages.side_by_side import align, evidence, programs
from tools.pages.side_by_side.programs import INDENTS, SHOWN

HERE = Path(__file__).parent
STYLE = (HERE / "side_by_side.css").read_text()
SCRIPT = (HERE / "side_by_side.js").read_text()
COLUMNS = ("Left column", "Right column", "Third column")


def page(names, measure=evidence.measure):
    """A page of these packages alone -> HTML"""
    template = "pages/side_by_side/page.html"
    shown = values(names, measure, [programs.in_javascript()])
    return base.page(template, STYLE, SCRIPT, here="compare.html", **shown)


def values(names, measure=evidence.measure, more=()):
    """What programs.html shows of these packages, and of more groups.

    `measure` takes packages and names of functions, as `evidence.measure` does.
    """
    groups = [*programs.groups(names), *more]
    return {
        "groups": groups,
        "evidence": {
            g.key: measure(g.names, g.functions) if g.functions else {} for g in groups
        },
        "tried": evidence,
        "cells": cells,
        "same": programs.same,
        "columns": COLUMNS,
        "shown": SHOWN,
    }


def cells(row):
    """Each line of a row: its words, and where other ones stand."""
    return [_cell(row, column, line) for column, line in enumerate(row)]


def _cell(row, column, line):
    if line is None:
        return {"class": "none", "words": [], "line": None}
    differing = [line is not other and align.different(line, other) for other in row]
    words = []
    for i, word in enumerate(line.words):
        apart = [c for c, places in enumerate(differing) if places and i in places]
        lit = column < SHOWN and any(c < SHOWN for c in apart)
        kind = [word.kind] if word.kind not in (None, "n") else []
        attributes = {
            "class": " ".join(kind + ["d"] * lit) or None,
            "data-d": "".join(map(str, apart)) if len(row) > SHOWN else None,
            "data-n": word.key if word.key != word.text else None,
        }
        attributes = {name: value for name, value in attributes.items() if value}
        element = "i" if word.kind in ("n", "o", "s") else "b" if attributes else None
        words.append((element, attributes, word.text))
    hang = f"i{line.indent}" if line.indent in INDENTS else None
    return {"class": hang, "words": [*_runs(words)], "line": line}


def _runs(words):
    """Neighbors that look alike as one, but for names, each of which can be lit."""
    for (element, attributes), run in groupby(words, itemgetter(0, 1)):
        texts = [text for *_, text in run]
        for text in texts if element == "i" else ["".join(texts)]:
            yield element, attributes, text
