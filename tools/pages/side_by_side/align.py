"""Which line stands beside which, and which of its words differ."""

from difflib import SequenceMatcher
from functools import cache
from itertools import chain
from operator import itemgetter

ALIKE = 0.4  # share of equal words from which two lines are versions of one


def rows(columns):
    """Lines of several files -> rows of one line, or None, for each file.

    Lines stand beside each other that say the same in their frameworks; between these,
    lines that begin alike; between these, versions of one line.  Others stand alone.
    """
    table = [(line,) for line in columns[0]]
    for width, lines in enumerate(columns[1:], 1):
        pairs = _pairs(table, [(line,) for line in lines], [None, 1])
        table = [(*(row or [None] * width), *(line or [None])) for row, line in pairs]
    return table


def _pairs(ours, theirs, lengths):
    """Pairs of rows whose first so many words agree; one of a pair may be None."""
    if not lengths:
        return _versions(ours, theirs)
    length, *shorter = lengths
    keys = [
        [next(filter(None, row)).keys[:length] for row in rows]
        for rows in (ours, theirs)
    ]
    pairs = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, *keys, False).get_opcodes():
        a, b = ours[i:i_end], theirs[j:j_end]
        pairs += zip(a, b, strict=True) if tag == "equal" else _pairs(a, b, shorter)
    return pairs


def _versions(ours, theirs):
    """Pairs of rows whose lines are versions of one; all others beside None."""

    @cache
    def best(i, j):
        """How much is alike from there on, and these pairs."""
        if i == len(ours) or j == len(theirs):
            return 0, [(a, None) for a in ours[i:]] + [(None, b) for b in theirs[j:]]
        choices = []
        for a, b, (alike, pairs) in (
            (ours[i], None, best(i + 1, j)),
            (None, theirs[j], best(i, j + 1)),
            (ours[i], theirs[j], best(i + 1, j + 1)),
        ):
            more = _alike(a, b) if a and b else 0
            if more >= ALIKE or not (a and b):
                choices.append((alike + more, [(a, b), *pairs]))
        return max(choices, key=itemgetter(0))

    return best(0, 0)[1]


def _alike(*rows):
    """The share of equal words in the first line of each of two rows."""
    texts = [next(filter(None, row)).texts for row in rows]
    return SequenceMatcher(str.isspace, *texts, False).ratio()


def different(line, other):
    """Which words of a line another one has not at that place.  -> set of indices

    All of them where the two lines are not versions of one.
    """
    matcher = SequenceMatcher(
        str.isspace, line.texts, other.texts if other else [], False
    )
    if matcher.ratio() < ALIKE:
        return {*range(bool(line.indent), len(line.words))}
    codes = matcher.get_opcodes()
    parts = [range(start, end) for tag, start, end, *_ in codes if tag != "equal"]
    return {*chain(*parts)} - {0 if line.indent else None}
