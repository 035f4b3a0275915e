"""The one epoch loop: train on an epoch's batches while the next ones are made."""

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from tqdm import tqdm

from common import UserError, batches, machine

THREADS = 8  # at most, each of which makes the batches of one epoch
SHARE = 1 / 16  # of the machine's memory, for batches before their turn
BYTES = 4e9  # for them, at most


@dataclass
class Epoch:
    """One epoch of training, or as much of it as is done."""

    number: int  # from 1
    steps: int = 0  # done, a multiple of batches.CHUNK until the epoch is complete
    sums: dict = field(default_factory=dict)  # over the steps, by name
    seconds: float = 0.0
    learning_rate: float = 0.0  # of the last step
    complete: bool = False

    @property
    def means(self):
        """The mean over the steps of each sum.  -> {name: number}"""
        return {name: total / self.steps for name, total in self.sums.items()}


def epochs(network, images, settings, start=None, verbose=False, stop=None):
    """Train on (N, D) uint8 from `start`, an Epoch, to the last -> iterator of Epochs.

    Each one is complete, unless the event `stop` was set: then the last one may end
    after any chunk.  UserError if what training maximizes is not finite.
    """
    epoch = start or Epoch(1)
    steps = len(images) // settings.batch_size
    threads = network.parallel == "threads"
    with closing(_chunks(images, settings, epoch.number, threads)) as chunks_of_epochs:
        for chunks in chunks_of_epochs:
            chunks = islice(chunks, epoch.steps // batches.CHUNK, None)
            _train(network, chunks, steps, settings, epoch, verbose, stop)
            yield epoch
            if not epoch.complete:
                return
            epoch = Epoch(epoch.number + 1)


def _train(network, chunks, steps, settings, epoch, verbose, stop):
    """Train to the end of the epoch, or until `stop` is set."""
    rates = batches.learning_rates(settings, steps, epoch.number)
    with tqdm(
        desc=f"epoch {epoch.number}/{settings.epochs}",
        total=steps,
        initial=epoch.steps,
        unit="step",
        leave=False,
        disable=bar_disabled(verbose),
    ) as bar:
        start = time.perf_counter()
        for chunk in chunks:
            done = epoch.steps + len(chunk["x"])
            sums = network.train(**chunk, learning_rates=rates[epoch.steps : done])
            for name, total in sums.items():
                check_finite(total, settings, epoch)
                epoch.sums[name] = epoch.sums.get(name, 0.0) + total
            text = settings.words.progress(settings, sums, done - epoch.steps)
            bar.set_postfix_str(text, refresh=False)
            bar.update(done - epoch.steps)
            epoch.steps = done
            if stop and stop.is_set():
                break
        epoch.seconds += time.perf_counter() - start
    epoch.complete = epoch.steps == steps
    epoch.learning_rate = float(rates[epoch.steps - 1])


def bar_disabled(verbose):
    """What tqdm takes: True shows a bar anywhere, None on a terminal, False nowhere."""
    return None if verbose is None else not verbose


def _chunks(images, settings, start, threads):
    """The chunks of each epoch from number `start` on -> iterator of iterables

    With threads, some epochs at once: each has a generator of its own, which gives one
    chunk after the other, and a thread.
    """
    numbers = range(start, settings.epochs + 1)
    epochs = (batches.chunks(images, settings, number) for number in numbers)
    if not threads:
        yield from epochs
        return
    at_once = int(max(1, min(THREADS, machine.cores() // 2)))
    step = next(batches.chunks(images[: settings.batch_size], settings, 1))
    size = batches.CHUNK * sum(array.nbytes for array in step.values())
    fit = int(min(machine.memory() * SHARE, BYTES) / size / at_once)
    most = max(1, min(fit, len(images) // settings.batch_size // batches.CHUNK + 1))
    ahead = deque()
    try:
        ahead.extend(Ahead(e, most) for e in islice(epochs, at_once))
        while ahead:
            yield ahead[0]
            ahead.popleft().close()
            ahead.extend(Ahead(e, most) for e in islice(epochs, 1))
    finally:
        for each in ahead:
            each.close()


class Ahead:
    """An iterator whose items a thread makes, at most so many before their turn."""

    def __init__(self, iterator, most):
        self.iterator, self.pool = iterator, ThreadPoolExecutor(1)
        self.items = deque(self._item() for _ in range(most))

    def _item(self):
        return self.pool.submit(next, self.iterator, None)

    def __iter__(self):
        """The items; the thread goes on while the caller works on one."""
        while (item := self.items.popleft().result()) is not None:
            self.items.append(self._item())
            yield item

    def close(self):
        """End the thread, once the item is made that it is working on."""
        self.pool.shutdown(cancel_futures=True)


def evaluate(network, test_set):
    """The mean over images of each thing that the network measures."""
    parts = batches.in_parts(network.evaluate, **test_set)
    return [float(part.mean(dtype=np.float64)) for part in parts]


def check_finite(value, settings, epoch):
    """UserError, with the probable cause, if a value is infinite or no number."""
    if not np.isfinite(value):
        raise UserError(
            f"the {settings.words.maximized(settings)} became {value} in epoch "
            f"{epoch.number}: probably a learning rate of {settings.learning_rate:g} "
            "is too high; start again with a tenth of it"
        )
