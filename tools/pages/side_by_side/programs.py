"""What is laid side by side: which packages, which of their files, how it is found."""

from collections import Counter
from dataclasses import dataclass
from itertools import chain

from common import packages
from tools import twins
from tools.pages.side_by_side import align, formulas, source

SHOWN = 2  # columns, before the script or the reader chooses
INDENTS = (4, 8, 12, 16)  # those from which a long line hangs


@dataclass(eq=False)
class Passage:
    """One function in several packages."""

    name: str
    anchor: str  # its id in the page
    blocks: list  # of each package, or None
    formulas: dict  # MathML -> the first package that it is of

    def __post_init__(self):
        docstrings = [block.docstring for block in self.blocks if block]
        self.docstring = align.versions(docstrings)  # above the rows, else in them
        part = "whole" if self.docstring is None else "code"
        self.rows = align.rows([getattr(b, part) if b else [] for b in self.blocks])
        self.label = self.name.removeprefix("Network.")
        self.same = all(map(same, self.rows))

    def count(self, key, column):
        """How often a word, or one of its translations, stands in a column."""
        return sum(row[column].keys.count(key) for row in self.rows if row[column])


def same(row):
    """Whether the lines shown are equal."""
    return len({line and line.text for line in row[:SHOWN]}) == 1


@dataclass
class File:
    """One file of several packages, such as model.py, cut into passages."""

    title: str
    key: str  # part of each anchor
    passages: list[Passage]


@dataclass
class Group:
    """Packages that share a pair of menus, and their files."""

    key: str
    names: list[str]  # of the packages
    title: str
    models: int  # that they hold
    files: list[File]

    @property
    def functions(self):
        """What can be tried: what has a formula, in files of one model."""
        return [
            passage.name
            for file in self.files
            for passage in file.passages
            if self.models == 1 and passage.formulas and all(passage.blocks)
        ]

    @property
    def dictionary(self):
        """Each operation, its names in the packages -> Counter of passages with it

        These are of the first package that has it; "" in place of a name: has not.
        """
        rows = {}
        passages = [passage for file in self.files for passage in file.passages]
        for operation in twins.names(self.names[0]) if self.models == 1 else ():
            key, columns = f"operation {operation}", range(len(self.names))
            counts = [Counter({p: p.count(key, c) for p in passages}) for c in columns]
            names = [
                twins.names(package)[operation] if count.total() else ""
                for package, count in zip(self.names, counts, strict=True)
            ]
            if len({*names}) > 1:
                rows[operation, *names] = next(+c for c in counts if c.total())
        return sorted(rows.items(), key=lambda row: -row[1].total())


def groups(names):
    """Everything worth laying side by side among these packages -> [Group]

    A model in several frameworks; then, of models with a single package here, that
    beside another model in the same framework, the warm-up say.
    """
    models = twins.groups(names)
    several = [group for group in models if len(group) > 1]
    alone = [group[0] for group in models if len(group) == 1]
    pairs = {}
    for name in alone:
        for other in [*chain(*several)] or alone:
            if other != name and twins.framework(other) == twins.framework(name):
                pairs.setdefault(frozenset((name, other)), [name, other])
                break
    return [*map(_group, [*several, *pairs.values()])]


def _group(names):
    models = [*dict.fromkeys(map(twins.model, names))]
    titles = [packages.model_of(name).words.title for name in names]
    if len(models) == 1:
        title = f"{titles[0]} in {in_words(len(names))} frameworks"
        files = [
            f for f in (*twins.MATHEMATICS, f"{models[0]}.py") if _in_all(names, f)
        ]
    else:
        title = f"{' against '.join(titles)}, in one framework"
        files = twins.MATHEMATICS[:1]
    key = "-".join(models)
    files = [_file(names, file, f"{key}-{file.removesuffix('.py')}") for file in files]
    return Group(key, names, title[0].upper() + title[1:], len(models), files)


def in_words(count):
    """A small number as a word."""
    return {2: "two", 3: "three", 4: "four"}.get(count, count)


def _in_all(names, file):
    return all((packages.ROOT / name / file).is_file() for name in names)


def _file(names, file, key):
    columns = [
        source.blocks(packages.ROOT / name / file, twins.names(name)) for name in names
    ]
    passages = []
    for name in align.merged(columns):
        blocks = [column.get(name) for column in columns]
        maths = {}
        for package, block in zip(names, blocks, strict=True):
            if block:
                maths.setdefault(formulas.formula(twins.model(package), name), package)
        maths.pop("", None)
        anchor = f"{key}-{name}".replace(".", "-")
        passages.append(Passage(name, anchor, blocks, maths))
    return File(file, key, passages)
