"""What a network is fed: image order, binarization, noise, learning rates.

Here is all randomness of training and testing, as NumPy arrays.
"""

import zlib

import numpy as np

CHUNK = 100  # steps that a framework takes in one call
CALL = 256  # images that are evaluated, encoded or decoded in one call: always so many
TEST_SEED = 0  # every run is tested on the same pixels and noise
BINARIZATIONS = ("dynamic", "threshold", "none", "static")


def binarize(pixels, how, rng):
    """Pixels as the models see them, in [0, 1].  (..., D) uint8 -> (..., D)

    `dynamic`: each pixel is on with probability pixel / 255, drawn anew at each call
    (as Salakhutdinov & Murray 2008 do); uint8.  `threshold`: on if above one
    half; uint8.  `none`: gray levels; float32.  `static`: as they are, since they were
    binarized once and for all, to 0 and 255; uint8.
    """
    if how == "dynamic":
        # r is uniform on 0..254, so P(pixel > r) is exactly pixel / 255.
        r = rng.integers(0, 255, pixels.shape, dtype=np.uint8)
        return (pixels > r).view(np.uint8)
    if how in ("threshold", "static"):
        return (pixels > 127).view(np.uint8)
    return np.divide(pixels, 255, dtype=np.float32)


def learning_rates(settings, steps, epoch):
    """Cosine from the learning rate to 1% of it over all epochs.  -> (steps,) float32

    Loshchilov & Hutter 2017, eq. 5, without restarts.  Epochs count from 1.
    """
    step = np.arange((epoch - 1) * steps, epoch * steps)
    cosine = 0.5 * (1 + np.cos(np.pi * step / (settings.epochs * steps)))
    return (settings.learning_rate * (0.01 + 0.99 * cosine)).astype(np.float32)


def chunks(pixels, settings, epoch):
    """One epoch's batches and noise.  (N, D) -> iterator of {"x": (S, B, D), ...}

    Each image appears once, in a new order; the last N mod B of them are left out.
    Beside x is the noise that the model takes.  All depends on the seed and the epoch
    alone, which makes resuming exact.
    """
    rng = np.random.default_rng([settings.random_state, epoch])
    steps = len(pixels) // settings.batch_size
    order = rng.permutation(len(pixels))[: steps * settings.batch_size]
    for batches in split(order.reshape(steps, -1), CHUNK):
        x = binarize(pixels[batches], settings.binarize, rng)
        yield {"x": x} | settings.noise(batches.shape, rng)


def evaluation_set(pixels, settings):
    """Pixels and noise for testing.  (N, D) uint8 -> {"x": (N, D), ...}

    Each image's own pixels seed its draws, so its measures do not depend on the other
    images in the test set.
    """
    draws = []
    for image in pixels:
        rng = generator_of(image)
        x = binarize(image, settings.binarize, rng)
        draws.append({"x": x} | settings.noise((), rng))
    return {name: np.stack([draw[name] for draw in draws]) for name in draws[0]}


def generator_of(image):
    """The random generator that belongs to an image.  (D,) uint8 -> Generator"""
    return np.random.default_rng([TEST_SEED, zlib.crc32(np.ascontiguousarray(image))])


def split(array, size):
    """Cut an array into pieces of `size` rows; the last may be shorter."""
    return [array[i : i + size] for i in range(0, len(array), size)]


def in_parts(function, **arrays):
    """Call a function with some rows of the arrays at a time.

    The function returns an array, or several; the results are joined along their rows.
    Processors round differently for other numbers of rows, so zeros fill each call up
    to CALL rows: to the last bit, a row's result does not depend on the other rows.
    """
    rows = len(next(iter(arrays.values())))
    parts = {n: [filled_up(p, CALL) for p in split(a, CALL)] for n, a in arrays.items()}
    calls = zip(*parts.values(), strict=True)
    results = [function(**dict(zip(parts, call, strict=True))) for call in calls]
    if isinstance(results[0], np.ndarray):
        return np.concatenate(results)[:rows]
    return tuple(np.concatenate(part)[:rows] for part in zip(*results, strict=True))


def filled_up(array, rows):
    """An array with zeros below it.  (N, ...) -> (rows, ...)"""
    return np.pad(array, [(0, rows - len(array))] + [(0, 0)] * (array.ndim - 1))
