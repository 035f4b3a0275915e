"""What is laid side by side: which packages, which of their files, how it is found."""

import re
from collections import Counter
from itertools import chain

from common import packages
from tools import lessons, twins
from tools.pages.side_by_side import align, source

JAVASCRIPT = "train/model.js"  # a column of the pages' own: objects in place of files
SHOWN = 2  # columns, before the script or the reader chooses
NUMBERS = dict(enumerate(["one", "two", "three", "four", "five", "six", "seven"], 1))
INDENTS = (2, 4, 6, 8, 12, 16)  # those from which a long line hangs


class Passage:
    """One function in several columns."""

    def __init__(self, name, anchor, blocks):
        self.name, self.anchor = name, anchor  # the latter is its id in the page
        self.label = name.removeprefix("Network.")
        self.blocks = [*blocks.values()]  # of each column, or None
        self.indents = [b.indent if b else 0 for b in self.blocks]  # in its file
        of = {column: block for column, block in blocks.items() if block}
        docstrings = {block.docstring for block in of.values() if block.docstring}
        part = "whole" if len(docstrings) > 1 else "code"  # in the rows, or above
        self.docstring = "".join(docstrings) if part == "code" else ""
        self.rows = align.rows([getattr(b, part) if b else [] for b in self.blocks])
        self.at = [getattr(b, f"{part}_at") if b else "" for b in self.blocks]
        self.same = all(map(same, self.rows))
        self.formulas = {}  # MathML -> the first column that it is of
        for column in of:
            if math := lessons.formula(twins.model(_package(column)), name):
                self.formulas.setdefault(math, column)

    def count(self, key):
        """How often a word stands in the first column."""
        return sum(line.keys.count(key) for line, *_ in self.rows if line)


def same(row):
    """Whether the lines shown say the same, however deep they are nested."""
    return len({line.code if line else "" for line in row[:SHOWN]}) == 1


class File:
    """One file of several columns, such as model.py, cut into passages.

    A column may lack it.
    """

    def __init__(self, title, key, paths):
        self.title, self.key = title, key  # the key is part of each anchor
        columns = {
            name: _explained(name, path, title) if path.is_file() else {}
            for name, path in paths.items()
        }
        longest_first = sorted(columns.values(), key=len, reverse=True)
        self.passages = []
        for name in dict.fromkeys(chain(*longest_first)):
            blocks = {column: parts.get(name) for column, parts in columns.items()}
            anchor = f"{key}-{name}".replace(".", "-")
            self.passages.append(Passage(name, anchor, blocks))


def _package(column):
    """Of whose model and framework a column is."""
    if column == JAVASCRIPT:
        return f"{twins.model(_twin())}_javascript"
    return column.partition("/")[0]


def _twin():
    """The package whose twin the program in JavaScript is, as that says itself."""
    return re.search(r"\w+(?=/model\.py)", _path(JAVASCRIPT, "").read_text())[0]


def _explained(column, path, title):
    """The blocks of a column's file, whose lines know what lessons say of them."""
    package = _package(column)
    blocks = source.blocks(path, twins.names(package))
    if column == JAVASCRIPT:
        inside = title.removesuffix("py")  # such as "model."
        blocks = {
            name.removeprefix(inside): block
            for name, block in blocks.items()
            if name.startswith(inside)
        }
    notes = lessons.of(twins.model(package))["why"]
    for name, block in blocks.items():
        function = notes.get(name.removeprefix("Network."), {})
        of_lines = function.get(twins.framework(package), {})
        for line in (*block.whole, *block.code):
            line.why = of_lines.get(line.code, "")
    return blocks


class Group:
    """Columns that share their menus, and their files."""

    def __init__(self, names, key, title, files, twins=False):
        self.names, self.key, self.twins = names, key, twins
        self.title = title[0].upper() + title[1:]
        paths = {file: {name: _path(name, file) for name in names} for file in files}
        self.files = [
            File(file, f"{key}-{file.removesuffix('.py')}", of)
            for file, of in paths.items()
            if sum(path.is_file() for path in of.values()) > 1
        ]

    @property
    def functions(self):
        """What can be tried: what has a formula, in files of one model."""
        return [
            passage.name
            for file in self.files
            for passage in file.passages
            if self.twins and passage.formulas and all(passage.blocks)
        ]

    @property
    def dictionary(self):
        """Each operation, its names in the packages -> Counter of passages with it

        These are of the first package; "" in place of a name: does without it.
        """
        rows, passages = {}, [p for file in self.files for p in file.passages]
        for operation in twins.OPERATIONS if self.twins else ():
            names = [twins.names(name).get(operation, "") for name in self.names]
            places = Counter({p: p.count(f"operation {operation}") for p in passages})
            if places.total() and len({*names}) > 1:
                rows[operation, *names] = +places
        return sorted(rows.items(), key=lambda row: -row[1].total())


def _path(column, file):
    """Where the file of a column is, which is a package or one of its files."""
    path = packages.ROOT / ("tools/pages" if column == JAVASCRIPT else "") / column
    return path if path.suffix else path / file


def groups(names):
    """Everything worth laying side by side among these packages -> [Group]

    A model in several frameworks; then, of models with a single package here, that
    beside another model in the same framework, the warm-up say; then the functions of a
    package beside the derivatives that it writes by hand.
    """
    models, pairs, groups = twins.groups(names), {}, []
    titles = {name: packages.model_of(name).words.title for name in names}
    for name, *others in models:
        if others:
            title = f"{titles[name]} in {NUMBERS[1 + len(others)]} frameworks"
            model, group = twins.model(name), [name, *others]
            files = *twins.MATHEMATICS, f"{model}.py"
            groups.append(Group(group, model, title, files, twins=True))
    for name in (group[0] for group in models if len(group) == 1):
        others = [other for other in chain(*models) if other != name]
        same = [o for o in others if twins.framework(o) == twins.framework(name)]
        if same:
            pairs.setdefault(frozenset((name, same[0])), [name, same[0]])
    for pair in pairs.values():
        title = f"{' against '.join(map(titles.get, pair))}, in one framework"
        key = "-".join(map(twins.model, pair))
        groups.append(Group(pair, key, title, twins.MATHEMATICS[:1]))
    for name in names:
        columns = [f"{name}/{file}" for file in (twins.MATHEMATICS[0], twins.GRADIENT)]
        title = f"{titles[name]} in {twins.names(name).get('framework')}, forward and "
        group = Group(columns, name, f"{title}backward", [twins.GRADIENT])
        groups += [group] if group.files else []
    return groups


def in_javascript():
    """The program of the page that trains, beside its twin -> Group"""
    columns, files = [_twin(), JAVASCRIPT], [twins.MATHEMATICS[0], twins.GRADIENT]
    names = (twins.names(_package(column))["framework"] for column in columns)
    title = f"{packages.model_of(_twin()).words.title} in {' and in '.join(names)}"
    group = Group(columns, _package(JAVASCRIPT), title, files)
    for passage in group.files[-1].passages:
        passage.formulas = {}  # they are of the functions that it differentiates
    return group
