"""The one epoch loop: train, evaluate, save, report."""

import itertools
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from tqdm import tqdm

from common import Interrupted, UserError, batches
from common.runs import Position


def train_epochs(estimator, dataset, run, start, report, quiet=False, judge=None):
    """Train from `start`, a history and a Position, to the last epoch -> history.

    `report(row)` is called after every epoch; a judge looks at samples before.  Raises
    Interrupted after Ctrl-C, with the state saved, and UserError if what training
    raises is not finite, with the last epoch's state saved.
    """
    history, position = start
    settings, images = estimator.settings_, dataset.train_images
    steps = len(images) // settings.batch_size
    test_set = batches.evaluation_set(dataset.test_images, settings)
    with _ctrl_c() as stop:
        while position.epoch < settings.epochs:
            train_epoch(estimator.network, images, settings, position, stop, quiet)
            estimator.note_codes()
            if position.steps < steps:
                run.save(history, estimator.state(), position)
                raise Interrupted
            measures = evaluate(estimator.network, test_set)
            _check_finite(measures[0], settings, position, test_set["x"])
            row = _row(settings, position, steps, measures)
            if judge:
                row |= _judged(judge.scores_of(estimator))
            history.append(row)
            position = Position(position.epoch + 1)
            run.save(history, estimator.state(), position)
            report(row)
            if stop.is_set() and position.epoch < settings.epochs:
                raise Interrupted
    return history


def _row(settings, position, steps, measures):
    """What history.csv says of the epoch that is done: column -> value."""
    epoch = position.epoch + 1
    means = [total / steps for total in position.sums.values()]
    rate = float(batches.learning_rates(settings, steps, epoch)[-1])
    values = epoch, *means, *measures, rate, position.seconds
    return dict(zip(settings.about.columns, values, strict=True))


def _judged(scores):
    """What history.csv says of samples: column -> value."""
    return {
        "judge_sure": scores.sure,
        "judge_rarest": scores.rarest_share,
        "judge_distance": scores.distance,
    }


def evaluate(network, test_set):
    """The mean over images of each thing that the network measures."""
    parts = batches.in_parts(network.evaluate, **test_set)
    return [float(part.mean(dtype=np.float64)) for part in parts]


def fit(network, images, settings, quiet=False, history=None):
    """Train on (N, D) uint8 for all epochs -> mean of what each raised.

    There is no folder and no test.  A list `history` is filled epoch by epoch.  Raises
    UserError as `train_epochs` does.
    """
    history = [] if history is None else history
    raised = settings.about.watched[0]
    for epoch in range(settings.epochs):
        position = Position(epoch)
        train_epoch(network, images, settings, position, threading.Event(), quiet)
        history.append(position.sums[raised] / (len(images) // settings.batch_size))
    return history


def train_epoch(network, images, settings, position, stop, quiet):
    """Go on from `position` to the end of the epoch, or until `stop` is set."""
    epoch = position.epoch + 1
    rates = batches.learning_rates(settings, len(images) // settings.batch_size, epoch)
    skip = position.steps // batches.CHUNK
    rest = itertools.islice(batches.chunks(images, settings, epoch), skip, None)
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
        for chunk in _prefetch(rest) if network.lets_threads_work else rest:
            steps = len(chunk["x"])
            done = position.steps + steps
            sums = network.train(**chunk, learning_rates=rates[position.steps : done])
            for name, total in sums.items():
                _check_finite(total, settings, position, chunk["x"])
                position.sums[name] = position.sums.get(name, 0.0) + total
            position.steps = done
            bar.set_postfix_str(
                settings.about.progress(settings, sums, steps), refresh=False
            )
            bar.update(steps)
            if stop.is_set():
                break
        position.seconds += time.perf_counter() - start


def _prefetch(iterator):
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
    raised, epoch = settings.about.raised(settings), position.epoch + 1
    raise UserError(
        f"the {raised} became {value} in epoch {epoch}: probably {cause}; {advice}"
    )


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
