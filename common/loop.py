"""The one epoch loop: train on an epoch's batches while the next ones are made."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

from common import UserError, batches


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
    while epoch.number <= settings.epochs:
        _train(network, images, settings, epoch, verbose, stop)
        yield epoch
        if not epoch.complete:
            return
        epoch = Epoch(epoch.number + 1)


def _train(network, images, settings, epoch, verbose, stop):
    """Train to the end of the epoch, or until `stop` is set."""
    steps = len(images) // settings.batch_size
    rates = batches.learning_rates(settings, steps, epoch.number)
    chunks = batches.chunks(images, settings, epoch.number)
    chunks = itertools.islice(chunks, epoch.steps // batches.CHUNK, None)
    with tqdm(
        desc=f"epoch {epoch.number}/{settings.epochs}",
        total=steps,
        initial=epoch.steps,
        unit="step",
        leave=False,
        disable=bar_disabled(verbose),
    ) as bar:
        start = time.perf_counter()
        for chunk in _prefetch(chunks) if network.parallel == "threads" else chunks:
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


def _prefetch(iterator):
    """Prepare the next item in a thread while the caller works on this one."""
    with ThreadPoolExecutor(1) as pool:
        item = pool.submit(next, iterator, None)
        while (value := item.result()) is not None:
            item = pool.submit(next, iterator, None)
            yield value


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
