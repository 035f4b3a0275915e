"""What is laid side by side: which packages, which of their files, how it is found."""

from collections import Counter
from itertools import chain

from common import packages
from tools import lessons, twins
from tools.pages.side_by_side import align, source

SHOWN = 2  # columns, before the script or the reader chooses
NUMBERS = dict(enumerate(["one", "two", "three", "four", "five", "six", "seven"], 1))
INDENTS = (4, 8, 12, 16)  # those from which a long line hangs


class Passage:
    """One function in several packages."""

    def __init__(self, name, anchor, blocks):
        self.name, self.anchor = name, anchor  # the latter is its id in the page
        self.label = name.removeprefix("Network.")
        self.blocks = [*blocks.values()]  # of each package, or None
        of = {package: block for package, block in blocks.items() if block}
        docstrings = {block.docstring for block in of.values()}
        self.docstring, part = docstrings.pop(), "code"
        if docstrings:  # they differ: in the rows, not above
            self.docstring, part = "", "whole"
        self.rows = align.rows([getattr(b, part) if b else [] for b in self.blocks])
        self.same = all(map(same, self.rows))
        self.formulas = {}  # MathML -> the first package that it is of
        for package in of:
            if math := lessons.formula(twins.model(package), name):
                self.formulas.setdefault(math, package)

    def count(self, key):
        """How often a word stands in the first column."""
        return sum(line.keys.count(key) for line, *_ in self.rows if line)


def same(row):
    """Whether the lines shown are equal."""
    return len({line and line.text for line in row[:SHOWN]}) == 1


class File:
    """One file of several packages, such as model.py, cut into passages."""

    def __init__(self, title, key, names):
        self.title, self.key = title, key  # the key is part of each anchor
        columns = {
            name: source.blocks(packages.ROOT / name / title, twins.names(name))
            for name in names
        }
        longest_first = sorted(columns.values(), key=len, reverse=True)
        self.passages = []
        for name in dict.fromkeys(chain(*longest_first)):
            blocks = {package: column.get(name) for package, column in columns.items()}
            anchor = f"{key}-{name}".replace(".", "-")
            self.passages.append(Passage(name, anchor, blocks))


class Group:
    """Packages that share a pair of menus, and their files."""

    def __init__(self, names):
        models = [*dict.fromkeys(map(twins.model, names))]
        titles = [packages.model_of(name).words.title for name in names]
        self.names, self.models, self.key = names, len(models), "-".join(models)
        files = twins.MATHEMATICS[:1]
        title = f"{' against '.join(titles)}, in one framework"
        if len(models) == 1:
            title = f"{titles[0]} in {NUMBERS[len(names)]} frameworks"
            files = [*twins.MATHEMATICS, f"{models[0]}.py"]
        self.title = title[0].upper() + title[1:]
        self.files = [
            File(file, f"{self.key}-{file.removesuffix('.py')}", names)
            for file in files
            if all((packages.ROOT / name / file).is_file() for name in names)
        ]

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

        These are of the first package; "" in place of a name: does without it.
        """
        rows, passages = {}, [p for file in self.files for p in file.passages]
        for operation in twins.OPERATIONS if self.models == 1 else ():
            names = [twins.names(name).get(operation, "") for name in self.names]
            places = Counter({p: p.count(f"operation {operation}") for p in passages})
            if places.total() and len({*names}) > 1:
                rows[operation, *names] = +places
        return sorted(rows.items(), key=lambda row: -row[1].total())


def groups(names):
    """Everything worth laying side by side among these packages -> [Group]

    A model in several frameworks; then, of models with a single package here, that
    beside another model in the same framework, the warm-up say.
    """
    models, pairs = twins.groups(names), {}
    several = [group for group in models if len(group) > 1]
    for name in (group[0] for group in models if len(group) == 1):
        others = [other for other in chain(*models) if other != name]
        same = [o for o in others if twins.framework(o) == twins.framework(name)]
        if same:
            pairs.setdefault(frozenset((name, same[0])), [name, same[0]])
    return [*map(Group, [*several, *pairs.values()])]
