"""Which line stands beside which, and which of its words differ."""

from difflib import SequenceMatcher
from functools import cache
from itertools import zip_longest

from tools.pages.side_by_side.source import WORD

ALIKE = 0.4  # share of equal words from which two lines are versions of one


def rows(columns):
    """Lines of several files -> rows of one line, or None, for each file.

    One file after the other is laid beside those before it, so that the sum of the
    likenesses is as high as possible.
    """
    table = [[line] for line in columns[0]]
    for count, lines in enumerate(columns[1:], 1):
        table = _laid_beside(table, lines, count)
    return table


def _laid_beside(table, lines, count):
    """Add a column, its lines beside the rows that they resemble most."""
    pairs = _best_pairs([[_likeness(row, line) for line in lines] for row in table])
    joined, done_rows, done_lines = [], 0, 0
    for at_row, at_line in [*pairs, (len(table), len(lines))]:
        loose = table[done_rows:at_row], lines[done_lines:at_line]
        for row, line in zip_longest(*loose):  # these resemble nothing
            joined.append([*(row or [None] * count), line])
        if at_row < len(table):
            joined.append([*table[at_row], lines[at_line]])
        done_rows, done_lines = at_row + 1, at_line + 1
    return joined


def _likeness(row, line):
    return max(likeness(other, line) for other in row if other is not None)


@cache
def likeness(a, b):
    """Share of their words that two lines have in common, from 0 to 1."""
    if not a.texts or not b.texts:
        return 0.5 * (a.texts == b.texts)
    return SequenceMatcher(None, a.texts, b.texts, autojunk=False).ratio()


def _best_pairs(scores):
    """The pairs, in order, with the highest sum of scores (dynamic programming)."""
    height, width = len(scores), len(scores[0]) if scores else 0
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    for i in reversed(range(height)):
        for j in reversed(range(width)):
            score = scores[i][j]
            together = score + best[i + 1][j + 1] if score >= ALIKE else 0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < height and j < width:
        score = scores[i][j]
        if score >= ALIKE and best[i][j] == score + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def different(line, other):
    """Which words of a line `other` has not at that place.  -> set of indices

    All of them where the two lines are not versions of one.
    """
    places = [i for i, word in enumerate(line.words) if not word.is_space]
    if other is None or likeness(line, other) < ALIKE:
        return set(range(places[0], places[-1] + 1)) if places else set()
    matcher = SequenceMatcher(None, line.texts, other.texts, autojunk=False)
    found = {
        places[i]
        for tag, start, end, *_ in matcher.get_opcodes()
        if tag != "equal"
        for i in range(start, end)
    }
    gaps = {i for i, word in enumerate(line.words) if word.is_space}
    return found | {i for i in gaps if {i - 1, i + 1} <= found}


def in_parallel(texts):
    """Texts that differ in a word here and there -> each word in all its versions.

    None if they differ in more than that.
    """
    words = [WORD.findall(text) for text in texts]
    if len({*map(len, words)}) > 1:
        return None
    together = [*zip(*words, strict=True)]
    differing = sum(len({*versions}) > 1 for versions in together)
    return together if differing <= len(together) / 20 else None


def merged(orders):
    """Names in several orders -> all of them in one, each order kept."""
    names = list(orders[0])
    for order in orders[1:]:
        at = 0
        for name in order:
            if name in names:
                at = names.index(name) + 1
            else:
                names.insert(at, name)
                at += 1
    return names
