"""The one epoch loop: order, noise, learning rate, evaluation, checkpoints."""

import itertools
import signal
import threading
import time
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

    Each image appears once, in a new order; the last N mod B of them are left out.
    All depends on the seed and the epoch alone, which makes resuming exact.
    """
    rng = np.random.default_rng([settings.seed, epoch])
    steps = len(pixels) // settings.batch_size
    order = rng.permutation(len(pixels))[: steps * settings.batch_size]
    for batches in split(order.reshape(steps, -1), CHUNK):
        x = binarize(pixels[batches], settings.binarize, rng)
        eps = rng.standard_normal((*batches.shape, settings.latent_dim), np.float32)
        yield x, eps


def evaluation_set(pixels, settings):
    """Pixels and noise for testing, drawn once.  (N, D) -> (N, D), (N, Z)"""
    rng = np.random.default_rng(TEST_SEED)
    x = binarize(pixels, settings.binarize, rng)
    return x, rng.standard_normal((len(x), settings.latent_dim), np.float32)


def evaluate(model, x, eps):
    """Mean ELBO, log-likelihood and KL, in nats per image."""
    batches = zip(split(x, TEST_BATCH), split(eps, TEST_BATCH), strict=True)
    parts = [model.elbo(*batch) for batch in batches]
    return [
        float(np.concatenate(part).mean(dtype=np.float64))
        for part in zip(*parts, strict=True)
    ]


def train(model, dataset, settings, run, start, report, quiet=False):
    """Train from `start`, a history and a Position, to the last epoch -> history.

    `report(row)` is called after every epoch.  Raises Interrupted after Ctrl-C, with
    the state saved, and UserError if the ELBO is not finite, with the last epoch's.
    """
    history, position = start
    steps = len(dataset.train_images) // settings.batch_size
    test_x, test_eps = evaluation_set(dataset.test_images, settings)
    with _ctrl_c() as stop:
        while position.epoch < settings.epochs:
            epoch = position.epoch + 1
            rates = learning_rates(settings, steps, epoch)
            train_epoch(model, dataset, settings, position, rates, stop, quiet)
            if position.steps < steps:
                run.save(history, model.state(), asdict(position))
                raise Interrupted
            elbo, log_px, kl = evaluate(model, test_x, test_eps)
            row = {
                "epoch": epoch,
                "train_elbo": position.elbo / steps,
                "test_elbo": elbo,
                "test_log_likelihood": log_px,
                "test_kl": kl,
                "learning_rate": float(rates[-1]),
                "seconds": position.seconds,
            }
            _check_finite(elbo, settings, position, test_x)
            history.append(row)
            position = Position(epoch)
            run.save(history, model.state(), asdict(position))
            report(row)
            if stop.is_set() and epoch < settings.epochs:
                raise Interrupted
    return history


def train_epoch(model, dataset, settings, position, rates, stop, quiet):
    """Go on from `position` to the end of the epoch, or until `stop` is set."""
    epoch_chunks = chunks(dataset.train_images, settings, position.epoch + 1)
    rest = itertools.islice(epoch_chunks, position.steps // CHUNK, None)
    bar = tqdm(
        desc=f"epoch {position.epoch + 1}/{settings.epochs}",
        total=len(rates),
        initial=position.steps,
        unit="step",
        leave=False,
        disable=True if quiet else None,  # None: only if the output is a terminal
    )
    with bar:
        start = time.perf_counter()
        for x, eps in _ahead(rest) if model.releases_gil else rest:
            chunk = slice(position.steps, position.steps + len(x))
            elbo = model.train(x, eps, rates[chunk])
            _check_finite(elbo, settings, position, x)
            position.elbo += elbo
            position.steps += len(x)
            bar.set_postfix_str(f"ELBO {elbo / len(x):.1f} nats", refresh=False)
            bar.update(len(x))
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


def _check_finite(elbo, settings, position, x):
    if np.isfinite(elbo):
        return
    cause = f"a learning rate of {settings.learning_rate:g} is too high"
    advice = "start again with --learning-rate at a tenth"
    if not (x.min() >= 0 and x.max() <= 1):
        cause = f"pixels lie in [{x.min():g}, {x.max():g}]"
        advice = "scale them to [0, 1]"
    last = f"is that of epoch {position.epoch}" if position.epoch else "does not exist"
    raise UserError(
        f"the ELBO became {elbo} in epoch {position.epoch + 1}: probably {cause}; "
        f"{advice} (the last good checkpoint {last})"
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
