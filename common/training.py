"""The one epoch loop: order, noise, learning rate, evaluation, checkpoints."""

import itertools
import signal
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict

import numpy as np
from tqdm import tqdm

from common import UserError
from common.data import binarize
from common.settings import CHUNK, Position

TEST_BATCH = 1000  # images
TEST_SEED = 0  # every run is tested on the same pixels and noise


class Interrupted(Exception):  # noqa: N818
    """Ctrl-C was pressed, and the state is saved."""


def learning_rates(settings, steps, epoch):
    """Cosine from the learning rate to 1 % of it over all epochs.  -> (steps,) float32

    Loshchilov & Hutter 2017, eq. 5, without restarts.  Epochs count from 1.
    """
    step = np.arange((epoch - 1) * steps, epoch * steps)
    cosine = 0.5 * (1 + np.cos(np.pi * step / (settings.epochs * steps)))
    return (settings.learning_rate * (0.01 + 0.99 * cosine)).astype(np.float32)


def chunks(pixels, settings, epoch):
    """One epoch's batches and noise.  (N, D) -> iterator of (S, B, D), (S, B, Z)

    An autoencoder takes no noise: then (S, B, D) alone.  Each image appears once, in a
    new order; the last N mod B of them are left out.  All depends on the seed and the
    epoch alone, which makes resuming exact.
    """
    rng = np.random.default_rng([settings.seed, epoch])
    steps = len(pixels) // settings.batch_size
    order = rng.permutation(len(pixels))[: steps * settings.batch_size]
    for batches in split(order.reshape(steps, -1), CHUNK):
        x = binarize(pixels[batches], settings.binarize, rng)
        yield x, *_noise(batches.shape, settings, rng)


def evaluation_set(pixels, settings):
    """Pixels and noise for testing.  (N, D) uint8 -> (N, D), (N, Z)

    What is drawn for an image is seeded by its own pixels, so that its score is always
    the same, whatever other images it is tested with.
    """
    draws = [_draw(image, settings) for image in pixels]
    return tuple(np.stack(arrays) for arrays in zip(*draws, strict=True))


def _draw(image, settings):
    rng = generator_of(image)
    return binarize(image, settings.binarize, rng), *_noise((), settings, rng)


def generator_of(image):
    """The random generator that belongs to an image.  (D,) uint8 -> Generator"""
    return np.random.default_rng([TEST_SEED, zlib.crc32(image)])


def _noise(shape, settings, rng):
    """The arguments that a network takes besides pixels: eps ~ N(0, I), or none."""
    if settings.kind.noisy:
        yield rng.standard_normal((*shape, settings.latent_dim), np.float32)


def evaluate(network, *arrays):
    """The mean over images of each measure of the network's kind."""
    batches = zip(*(split(array, TEST_BATCH) for array in arrays), strict=True)
    parts = [network.evaluate(*batch) for batch in batches]
    return [
        float(np.concatenate(part).mean(dtype=np.float64))
        for part in zip(*parts, strict=True)
    ]


def train(model, dataset, run, start, report, quiet=False):
    """Train from `start`, a history and a Position, to the last epoch -> history.

    `report(row)` is called after every epoch.  Raises Interrupted after Ctrl-C, with
    the state saved, and UserError if what training raises is not finite, with the
    last epoch's state saved.
    """
    history, position = start
    settings, network, images = model.settings_, model.network, dataset.train_images
    steps = len(images) // settings.batch_size
    test_set = evaluation_set(dataset.test_images, settings)
    with _ctrl_c() as stop:
        while position.epoch < settings.epochs:
            epoch = position.epoch + 1
            train_epoch(network, images, settings, position, stop, quiet)
            if position.steps < steps:
                run.save(history, model.state(), asdict(position))
                raise Interrupted
            measures = evaluate(network, *test_set)
            _check_finite(measures[0], settings, position, test_set[0])
            rate = float(learning_rates(settings, steps, epoch)[-1])
            values = epoch, position.total / steps, *measures, rate, position.seconds
            row = dict(zip(settings.kind.columns, values, strict=True))
            history.append(row)
            position = Position(epoch)
            run.save(history, model.state(), asdict(position))
            report(row)
            if stop.is_set() and epoch < settings.epochs:
                raise Interrupted
    return history


def fit(network, images, settings, quiet=False):
    """Train on (N, D) uint8 for all epochs -> mean objective of each.

    There is no folder and no test.  Raises UserError as `train` does.
    """
    history = []
    for epoch in range(settings.epochs):
        position = Position(epoch)
        train_epoch(network, images, settings, position, threading.Event(), quiet)
        history.append(position.total / (len(images) // settings.batch_size))
    return history


def train_epoch(network, images, settings, position, stop, quiet):
    """Go on from `position` to the end of the epoch, or until `stop` is set."""
    epoch = position.epoch + 1
    rates = learning_rates(settings, len(images) // settings.batch_size, epoch)
    rest = itertools.islice(
        chunks(images, settings, epoch), position.steps // CHUNK, None
    )
    bar = tqdm(
        desc=f"epoch {epoch}/{settings.epochs}",
        total=len(rates),
        initial=position.steps,
        unit="step",
        leave=False,
        disable=True if quiet else None,  # None: only if the output is a terminal
    )
    with bar:
        start = time.perf_counter()
        for chunk in _ahead(rest) if network.releases_gil else rest:
            steps = len(chunk[0])
            done = position.steps + steps
            total = network.train(*chunk, rates[position.steps : done])
            _check_finite(total, settings, position, chunk[0])
            position.total += total
            position.steps = done
            text = f"{settings.kind.objective} {total / steps:.1f} nats"
            bar.set_postfix_str(text, refresh=False)
            bar.update(steps)
            if stop.is_set():
                break
        position.seconds += time.perf_counter() - start


def _ahead(iterator):
    """Prepare the next item in a thread while the caller works on this one."""
    with ThreadPoolExecutor(1) as pool:
        item = pool.submit(next, iterator, None)
        while (value := item.result()) is not None:
            item = pool.submit(next, iterator, None)
            yield value


def _check_finite(value, settings, position, x):
    if np.isfinite(value):
        return
    cause = f"a learning rate of {settings.learning_rate:g} is too high"
    advice = "start again with a tenth of it"
    if not (x.min() >= 0 and x.max() <= 1):
        cause = f"pixels lie in [{x.min():g}, {x.max():g}]"
        advice = "scale them to [0, 1]"
    raise UserError(
        f"the {settings.kind.objective} became {value} in epoch {position.epoch + 1}: "
        f"probably {cause}; {advice}"
    )


def split(array, size):
    """Cut an array into pieces of `size` rows; the last may be shorter."""
    return [array[i : i + size] for i in range(0, len(array), size)]


@contextmanager
def _ctrl_c():
    """Give an event that the first Ctrl-C sets; the second one stops at once."""
    event = threading.Event()

    def handle(*_):
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)
