"""What the numbers of a data set mean: pixels as bytes, labels as whole numbers."""

import numpy as np

from common import batches

SHAPES = (784,), (28, 28), (28, 28, 1), (1, 28, 28)  # of an image
ROUNDING = 1e-6  # by which numbers from 0 to 1 may miss their ends


@np.errstate(invalid="ignore")  # of numbers that are none
def understood(fields):
    """A Dataset's fields as they were read -> the same as a Dataset has them.

    Labels that are of no use become None, with a note.
    """
    labels = {}
    for part in ("train", "test"):
        images = _bytes(part, fields[f"{part}_images"])
        fields[f"{part}_images"] = images
        labels[f"{part}_labels"] = _whole(fields.get(f"{part}_labels"), len(images))
    if any(values is None for values in labels.values()):
        labels = dict.fromkeys(labels)
        note = "no labels that are whole numbers: no picture shows classes"
        fields["notes"] = (*fields.get("notes", ()), note)
    return fields | labels


def _bytes(part, images):
    """Pixels, of which 0 is background and 255 is ink.  (N, ...) -> (N, 784) uint8"""
    if images.shape[:1] == (0,):
        raise ValueError(f"there are no {part} images")
    if images.dtype.kind not in "buif" or images.shape[1:] not in SHAPES:
        shape = f"shape {images.shape} and dtype {images.dtype}"
        raise ValueError(f"{part} images have {shape}; expected (N, 28, 28) numbers")
    images = images.reshape(-1, 784)
    low, high = images.min(), images.max()
    parts = batches.split(images, batches.CALL)  # to spare memory
    if low >= -ROUNDING and high <= 1 + ROUNDING:
        return np.concatenate(
            [np.rint(255 * x.astype(float)).astype(np.uint8) for x in parts]
        )
    whole = images.dtype.kind != "f" or all((x == np.rint(x)).all() for x in parts)
    if whole and low >= 0 and 127 < high <= 255:
        return images.astype(np.uint8, copy=False)
    raise ValueError(
        f"{part} pixels lie in {low:g} to {high:g}{'' if whole else ', with fractions'}"
        "; expected whole numbers from 0 (background) to 255 (ink), or any from 0 to 1"
    )


def _whole(labels, count):
    """Numbers, or digits as text.  (N,) or (N, 1) -> (N,) int64; None if not whole"""
    if labels is None or labels.shape[1:] not in ((), (1,)):
        return None
    if labels.dtype.kind not in "buifUS":  # complex, dates, fields
        return None
    try:
        values = labels.reshape(-1).astype(np.float64)
    except ValueError:  # words
        return None
    if not (np.abs(values) < 2**31).all() or (values != np.rint(values)).any():
        return None
    if len(values) != count:
        raise ValueError(f"{count} images but {len(values)} labels")
    return values.astype(np.int64)
