"""Reading images from a .csv(.gz): which column is the label, which are pixels."""

import csv
import gzip
import itertools
import re
import warnings
from collections import Counter

import numpy as np

from common import UserError
from common.images.meaning import full_ink

LABEL = {"label", "labels", "class", "classes", "y", "target", "digit", "category"}
INDEX = {"", "id", "index", "idx", "row", "image_id", "imageid", "unnamed: 0"}
ENCODING = "utf-8-sig"


def read(path):
    """Pixels, labels, and notes on which column was taken for what.  (N, 784), (N,)"""
    try:
        skip, delimiter, first = _first_line(path)
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8; save it as CSV in UTF-8") from None
    has_header = _is_header(first)
    if len(first) not in (785, 786):
        raise UserError(
            f"{path}: {len(first)} columns; expected a label and 784 pixels "
            "(the file with labels is train.csv)"
        )
    skip += has_header
    table = _numbers(path, delimiter, skip, len(first))
    if has_header and table.shape[1] == len(first) + 1:  # R's: rows have names
        first = ["", *first]
    names = first if has_header else []
    label, pixels, notes = _columns(path, table, [n.strip().lower() for n in names])
    place = _Place(path, skip, names)
    labels = _whole_labels(table[:, label], label, place)
    low, high = pixels[0], pixels[-1] + 1
    consecutive = pixels == list(range(low, high))
    images = table[:, low:high] if consecutive else table[:, pixels]
    _check_pixels(images, pixels, place)
    return images, labels, notes


def _opened(path):
    """As text, like np.loadtxt, which unpacks what ends in .gz, too."""
    unpack = gzip.open if path.suffix.lower() == ".gz" else open
    return unpack(path, "rt", newline="", encoding=ENCODING)


def _first_line(path):
    """How many blank lines come before it, what separates its cells, and they."""
    with _opened(path) as file:
        for number, line in enumerate(file):
            if line.strip():
                delimiter = max(",;\t", key=line.count)
                return number, delimiter, next(csv.reader([line], delimiter=delimiter))
    return 0, ",", []


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text  # which Python takes, and NumPy does not


def _is_header(cells):
    """Names differ from each other; in a row of pixels many are the same."""
    words = sum(not _is_number(cell) for cell in cells)
    counting = cells == [str(number) for number in range(len(cells))]  # pandas's names
    distinct = len(set(cells)) == len(cells)
    return 2 * words > len(cells) or (distinct and (words > 0 or counting))


def _numbers(path, delimiter, skip, columns):
    """All cells below the header.  -> (N, columns) int32, or float32 if need be"""
    given = {
        "comments": None,
        "delimiter": delimiter,
        "skiprows": skip,
        "ndmin": 2,
        "encoding": ENCODING,
        "quotechar": '"',
    }
    for kind in (np.int32, np.float32):  # which is read much more slowly
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of no rows
            warnings.simplefilter("error", DeprecationWarning)  # of 1.5 for an integer
            try:
                table = np.loadtxt(path, kind, **given)
            except (ValueError, DeprecationWarning) as error:
                fault = error
                continue
            return table if table.size else table.reshape(0, columns)
    raise UserError(f"{path}: {_fault(path, delimiter, skip, columns) or fault}")


def _fault(path, delimiter, skip, columns):
    """The first row that is wrong, as an editor counts, and why."""
    with _opened(path) as file:
        reader = csv.reader(file, delimiter=delimiter)
        names = []
        for cells in reader:
            row = reader.line_num
            if not cells:
                continue
            if row <= skip:
                names = cells
                continue
            if len(cells) != columns:
                return f"row {row} has {len(cells)} columns instead of {columns}"
            for column, cell in enumerate(cells):
                if not _is_number(cell):
                    where = _cell(row, column, names)
                    return f"{where}: could not convert {cell[:20]!r} to a number"
    return None


def _cell(row, column, names):
    name = f" ({names[column]})" if column < len(names) and names[column] else ""
    return f"row {row}, column {column + 1}{name}"


class _Place:
    """Where in the file a cell of the table stands."""

    def __init__(self, path, skip, names):
        self.path, self.skip, self.names = path, skip, names

    def refuse(self, row, column, reason):
        """UserError that names the cell."""
        with _opened(self.path) as file:
            rows = (
                i for i, line in enumerate(file, 1) if i > self.skip and line.strip()
            )
            number = next(itertools.islice(rows, int(row), None))
        cell = _cell(number, int(column), self.names)
        raise UserError(f"{self.path}: {cell}: {reason}")


def _columns(path, table, names):
    """The label's column, the pixels' columns in their order, and notes."""
    columns = list(range(table.shape[1]))
    notes = []
    names = names or [None] * len(columns)  # without a header, values must tell
    others = _beside_pixels(names)
    labels = [i for i in columns if names[i] in LABEL]
    if len(labels) > 1:
        both = " and ".join(names[i] for i in labels)
        raise UserError(f"{path}: {both}: more than one column may be the label")
    named = [i for i in columns if names[i] in INDEX and i not in labels]
    rest = [i for i in columns if i not in labels]
    if len(columns) == 786:
        candidates = named or [i for i in others or (rest[0], rest[-1]) if i in rest]
        index = next(
            (i for i in candidates if i in named or _counts(table[:, i])), None
        )
        if index is None:
            raise UserError(
                f"{path}: 786 columns, one too many: none of them counts the rows"
            )
        notes.append(f"column {index + 1} numbers the images and is left out")
        rest.remove(index)
    elif named and not labels:
        raise UserError(f"{path}: no label column; call it label in the first row")
    if not labels:
        labels = [
            _label_by_values(path, table, [i for i in others if i in rest] or rest)
        ]
        rest.remove(labels[0])
    label = labels[0]
    if label != next(i for i in columns if i in (label, *rest)):
        name = f" ({names[label]})" if names[label] else ""
        notes.append(f"labels are taken from column {label + 1}{name}")
    return label, _in_order(rest, names, notes), notes


def _beside_pixels(names):
    """Columns whose names are unlike those of the 784 pixels, where names tell."""
    patterns = [re.sub(r"\d+", "#", name or "") for name in names]
    [(pattern, count)] = Counter(patterns).most_common(1)
    return [i for i, p in enumerate(patterns) if p != pattern] if count == 784 else []


def _label_by_values(path, table, candidates):
    """The first or the last of these columns, whichever holds labels."""
    first, last = candidates[0], candidates[-1]
    if len(table) > 10 and _counts(table[:, first]) and not _is_label(table[:, last]):
        raise UserError(f"{path}: no label column: column {first + 1} counts the rows")
    if _is_label(table[:, last]) and not _is_label(table[:, first]):
        return last
    return first


def _is_label(column):
    """A few small whole numbers; a pixel in a corner is nearly always the same."""
    values, counts = np.unique(column, return_counts=True)
    if len(values) < 2 or (len(column) > 10 and _counts(column)):
        return False
    few = values[0] >= 0 and values[-1] < 100 and (values == np.rint(values)).all()
    return bool(few and counts.max() <= 0.9 * len(column))


def _counts(column):
    """0, 1, 2, ... or 1, 2, 3, ..."""
    start = column[0] if len(column) else 0
    return start in (0, 1) and (column == np.arange(len(column)) + start).all()


def _in_order(columns, names, notes):
    """By the one number in each name, pixel0 to pixel783 say; else as they come."""
    numbers = [re.findall(r"\d+", names[i] or "") for i in columns]
    if any(len(found) != 1 for found in numbers):
        return columns
    numbers = [int(found[0]) for found in numbers]
    if len(set(numbers)) < len(numbers) or numbers == sorted(numbers):
        return columns
    notes.append("pixels are put in the order of the numbers in their names")
    return [column for _, column in sorted(zip(numbers, columns, strict=True))]


def _whole_labels(labels, column, place):
    if labels.dtype.kind == "f":
        whole = (labels == np.rint(labels)) & (np.abs(labels) < 2**31)
        wrong = np.flatnonzero(~whole)  # nan, too
        if len(wrong):
            value = labels[wrong[0]]
            reason = f"could not convert {value:g} to a whole number"
            place.refuse(wrong[0], column, reason)
    return labels.astype(np.int64)


def _check_pixels(images, columns, place):
    """UserError that names the first pixel out of range, where there is one."""
    if not images.size:
        return
    low, high = images.min(), images.max()
    whole = images.dtype.kind == "i" or bool((images == np.rint(images)).all())
    if (low, high) == (-1, 1) or full_ink(low, high, whole) is not None:
        return
    if not (low >= 0 and high <= 255):
        wrong, reason = ~((images >= 0) & (images <= 255)), "{:g} is outside 0 to 255"
    elif not whole:
        wrong, reason = images != np.rint(images), "could not convert {:g} to a pixel"
    else:
        return
    row, column = np.argwhere(wrong)[0]
    place.refuse(row, columns[column], reason.format(images[row, column]))
