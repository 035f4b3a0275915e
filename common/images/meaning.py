"""What the numbers of a data set mean: how much is ink, which labels, what is up."""

import numpy as np

from common import UserError

SCALES = (1, 15, 16, 100)  # beside 255: highest values that alone say what they are
ROUNDING = 1e-6  # by which scaled pixels may miss their ends
SAME = 1.2  # images that are wider than high by more than this may lie on their side


def understand(path, train_x, train_y, test_x, test_y):
    """Four arrays as they were found -> the same as `formats.read` gives them, notes.

    What is unusual and clear is put right and noted; UserError for what is not clear.
    Labels may be None.
    """
    notes = []
    parts = {"training": (train_x, train_y), "test": (test_x, test_y)}
    images, labels = [], []
    for part, (x, y) in parts.items():
        images.append(_shaped(path, part, x))
        labels.append(None if y is None else _labels(path, part, y, notes))
        if y is not None and len(x) != len(y):
            raise UserError(
                f"{path}: {len(x)} {part} images but {len(y)} {part} labels"
            )
        if not len(x):
            raise UserError(f"{path}: there are no {part} images")
    images = _ink(path, images, notes)
    mean = images[0].mean()
    if mean > 127:
        notes.append(
            f"the images are mostly bright (mean {mean:.0f} of 255): if that is paper "
            "and not ink, invert them (255 - x)"
        )
    images = _upright(path, images, notes)
    if labels[0] is None:
        notes.append("there are no labels: no picture shows classes")
    elif len(labels[0]) > 1 and (labels[0] == labels[0][0]).all():
        notes.append(f"every training label is {labels[0][0]}")
    return (images[0], labels[0], images[1], labels[1]), tuple(dict.fromkeys(notes))


def _shaped(path, part, images):
    """Numbers of shape (N, 28, 28) or (N, 784)."""
    if images.dtype.kind not in "buif":
        raise UserError(
            f"{path}: {part} images have dtype {images.dtype}; expected uint8, 0 to 255"
        )
    if images.shape[1:] in [(28, 28, 1), (1, 28, 28)]:
        return images.reshape(-1, 28, 28)
    if images.shape[1:] not in [(28, 28), (784,)]:
        raise UserError(
            f"{path}: {part} images have shape {images.shape}; expected (N, 28, 28)"
        )
    return images


def _labels(path, part, labels, notes):
    """One whole number for each image.  -> (N,)"""
    given = labels
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    elif labels.ndim == 2 and labels.dtype.kind in "buif" and _one_hot(labels):
        labels = labels.argmax(axis=1)
        notes.append("labels are one-hot: taken as the numbers of their columns")
    if labels.dtype.kind in "fiu" and not (np.abs(labels) < 2**31).all():  # nan, too
        raise UserError(f"{path}: {part} labels are not all numbers below 2**31")
    if labels.dtype.kind == "b" or (labels.dtype.kind == "f" and _whole(labels)):
        labels = labels.astype(np.int64)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise UserError(
            f"{path}: {part} labels have shape {given.shape} and dtype "
            f"{given.dtype}; expected (N,) integers"
        )
    return labels


def _one_hot(labels):
    return np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()


def _whole(values):
    return values.dtype.kind != "f" or bool((values == np.rint(values)).all())


def _ink(path, images, notes):
    """Both parts with 0 for background and 255 for ink.  -> uint8"""
    ends = []
    for part, x in zip(("training", "test"), images, strict=True):
        low, high = float(x.min()), float(x.max())
        if not np.isfinite([low, high]).all():
            raise UserError(f"{path}: {part} pixels are not all finite numbers")
        ends.append((low, high))
    (low, high), test = ends
    if high == 0 and low == 0:
        notes.append("every training pixel is 0")
        high = 255
    signed = _near(low, -1) and _near(high, 1)
    full = 1 if signed else full_ink(low, high, _whole(images[0]))
    if full is None:
        raise UserError(
            f"{path}: training pixels lie in {_span(ends[0])}; {_cure(high)}"
        )
    lowest = -1 if signed else 0
    too_far = test[0] < lowest - ROUNDING or test[1] > full + ROUNDING
    if too_far or (full > 1 and 0 < test[1] <= 1):
        raise UserError(
            f"{path}: training pixels lie in {_span(ends[0])}, but test pixels in "
            f"{_span(test)}; scale both in the same way"
        )
    if signed or full != 255 or high < 250 or low > 0:
        background = f"{lowest} is taken as background and " if signed else ""
        scale = f"{background}{full:g} as ink" if signed else f"{full:g} is ink"
        notes.append(f"pixels lie in {_span(ends[0])}: {scale}")
    if not _whole(images[0]) and full == 255:
        notes.append("pixels are rounded to whole numbers")
    return [_scaled(x, lowest, full) for x in images]


def full_ink(low, high, whole):
    """The value that is ink where pixels lie in [low, high]; None if nobody knows."""
    if low < 0:
        return None
    if whole and high in SCALES:
        return int(high)
    if not whole and high <= 1 + ROUNDING:
        return 1
    return 255 if 127 < high <= 255 else None


def _near(value, end):
    return abs(value - end) <= ROUNDING


def _span(ends):
    return " to ".join(f"{end:g}" for end in ends)


def _cure(high):
    if high > 255:
        advice = "divide by 257" if high > 32767 else f"multiply by 255 / {high:g}"
        return f"expected 0 (background) to 255 (ink): {advice}"
    return (
        "expected 0 (background) to 255 (ink), or 0 to 1: scale them, since it is not "
        "clear how much is full ink"
    )


def _scaled(x, low, full):
    """Whole numbers from 0 to 255; some at a time, to spare memory."""
    if x.dtype.kind in "iu" and full == 255:
        return x.astype(np.uint8, copy=False)
    pixels = np.empty(x.shape, np.uint8)
    for start in range(0, len(x), 1000):
        part = slice(start, start + 1000)
        share = (x[part].astype(np.float64) - low) / (full - low)
        pixels[part] = np.rint(255 * share).clip(0, 255)
    return pixels


def _upright(path, images, notes):
    """EMNIST as it is published lies on its side; others only might."""
    width, height = _size(images[0])
    if "emnist" in path.name.lower() and width > height:
        notes.append("EMNIST's images lie on their side: turned upright")
        return [x.reshape(-1, 28, 28).swapaxes(1, 2) for x in images]
    if width > SAME * height:
        notes.append(
            f"what is in the images is {width:.0f} pixels wide and {height:.0f} high: "
            "if they lie on their side, swap their rows and columns"
        )
    return images


def _size(images):
    """Mean width and height of the ink in the first images."""
    ink = images[:2000].reshape(-1, 28, 28) > 127
    ink = ink[ink.any(axis=(1, 2))]
    if not len(ink):
        return 0, 0
    spans = []
    for axis in (1, 2):
        on = ink.any(axis=axis)  # (N, 28): which columns, then which rows
        spans.append((28 - on.argmax(axis=1) - on[:, ::-1].argmax(axis=1)).mean())
    return spans
