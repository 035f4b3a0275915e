"""What is laid side by side: which packages, which of their files, how it is found."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from common.about import About

from common import packages
from common.packages import ROOT
from tools.pages.side_by_side import align, dictionary, source


@dataclass
class Passage:
    """One function in several packages: its rows, and its docstring once."""

    name: str
    docstring: list[tuple[str, ...]]  # each word in all versions, unless in the rows
    rows: list[list]  # of a Line for each package, or None
    trees: list[list]  # of each package


@dataclass
class File:
    """One file of several packages, such as model.py, cut into passages."""

    about: About
    names: tuple[str, ...]  # of the packages
    files: tuple[str, ...]  # of each
    title: str
    key: str  # part of each anchor

    @cached_property
    def passages(self):
        """All functions of all packages, in one order."""
        paths = [ROOT / n / f for n, f in zip(self.names, self.files, strict=True)]
        found = [{b.name: b for b in source.blocks(path)} for path in paths]
        return [_passage(name, found) for name in align.merged([[*f] for f in found])]

    @cached_property
    def functions(self):
        """Names of functions that all packages have."""
        names = [p.name for p in self.passages if all(p.trees)]
        return [name for name in names if name.isidentifier() and name != source.HEAD]

    def anchor(self, passage):
        """Its id in the page."""
        return f"{self.key}-{passage.name}".replace(".", "-")


def _passage(name, found):
    blocks = [f.get(name) for f in found]
    there = [block for block in blocks if block]
    words = align.in_parallel([block.docstring or "" for block in there])
    columns = [(b.full if words is None else b.lines) if b else [] for b in blocks]
    trees = [block.tree if block else [] for block in blocks]
    return Passage(name, words or [], align.rows(columns), trees)


@dataclass
class Group:
    """Packages that share a pair of menus, and their files."""

    key: str
    names: tuple[str, ...]
    title: str
    files: list[File]

    @cached_property
    def dictionary(self):
        """Translations: a tuple of an operation's names -> Counter of its places."""
        return _dictionary(self)

    @cached_property
    def keys(self):
        """An operation's name -> one name that it shares with its translations."""
        keys = {}
        for names in self.dictionary:
            for name in filter(None, names):
                keys.setdefault(name, next(filter(None, names)))
        return keys


def groups(names):
    """Everything worth laying side by side among these packages -> [Group]

    A model in several frameworks; then, of models with a single package here, that
    beside another model in the same framework, the warm-up say.
    """
    models = {}
    for name in names:
        models.setdefault(packages.model_of(name).name, []).append(name)
    twins = sorted((m for m in models.items() if len(m[1]) > 1), key=_most)
    found = [_twins(packages.model_of(p[0]), p) for _, p in twins]
    alone = [p[0] for p in models.values() if len(p) == 1]
    bases = [name for _, group in twins for name in group] or alone
    for name in alone:
        framework = name.partition("_")[2]
        others = [b for b in bases if b != name and b.partition("_")[2] == framework]
        if others and not any(set(g.names) == {name, others[0]} for g in found):
            found.append(_models(name, others[0]))
    return found


def _most(item):
    return -len(item[1])


def _twins(about, names):
    names = tuple(sorted(names, key=_first_framework))
    machinery = f"{about.name}.py"
    files = [
        File(about, names, ("model.py",) * len(names), "model.py", about.name),
        File(
            about, names, (machinery,) * len(names), machinery, f"{about.name}-network"
        ),
    ]
    title = f"{about.title} in {in_words(len(names))} frameworks"
    return Group(about.name, names, title[0].upper() + title[1:], files)


def _first_framework(name):
    """The framework of most packages first, then by the alphabet."""
    framework = name.partition("_")[2]
    same = [p for p in packages.every() if p.partition("_")[2] == framework]
    return -len(same), name


def in_words(count):
    """A small number as a word."""
    return {2: "two", 3: "three", 4: "four"}.get(count, count)


def _models(name, other):
    about, beside = packages.model_of(name), packages.model_of(other)
    key = f"{about.name}-{beside.name}"
    file = File(beside, (name, other), ("model.py",) * 2, "model.py", key)
    title = f"{about.title[0].upper()}{about.title[1:]} against {beside.title}"
    return Group(key, (name, other), f"{title}, in one framework", [file])


def _dictionary(group):
    """One row per operation of the first package: what the others call it, where."""
    if len({packages.model_of(name).name for name in group.names}) > 1:
        return {}
    rows = {}
    for column in range(1, len(group.names)):
        for file in group.files:
            for passage in file.passages:
                pairs = _translations(passage, column, file)
                for (ours, theirs), count in pairs.items():
                    entry = rows.setdefault(ours, [{}, Counter()])
                    entry[0].setdefault(column, Counter())[theirs] += count
                    place = file.anchor(passage), passage.name
                    entry[1][place] = max(entry[1][place], count)
    found = {}
    for ours, (others, places) in rows.items():
        names = [ours]
        for column in range(1, len(group.names)):
            common = others.get(column, Counter()).most_common(1)
            names.append(common[0][0] if common else _or_none(group, column, ours))
        found[tuple(names)] = places
    return dict(sorted(found.items(), key=lambda item: -item[1].total()))


def _or_none(group, column, name):
    """The name, if a package calls it so, too; else an empty string."""
    lines = [row[column] for f in group.files for p in f.passages for row in p.rows]
    words = {word.text for line in lines if line for word in line.words}
    return name if name in words else ""


def _translations(passage, column, file):
    """From the first package to that of a column -> {(a, b): count}"""
    if file is not None and file.title == "model.py":
        return dictionary.translations(passage.trees[0], passage.trees[column])
    found = Counter()
    for row in passage.rows:
        ours, theirs = row[0], row[column]
        if ours and theirs:
            found += dictionary.of_assignments(ours.text, theirs.text)
    words = [w for row in passage.rows for line in row if line for w in line.words]
    known = {word.text for word in words if word.kind == "o"}
    return Counter({pair: n for pair, n in found.items() if known & set(pair)})
