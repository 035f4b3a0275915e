"""One package's part in a comparison, in a process of its own: train it, measure it.

Then seconds to import and the peak of memory are those of this package alone.
"""

import statistics
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import RLock

import numpy as np
from tqdm import tqdm

from common import Interrupted, UserError, batches, loop, packages
from common.commands import train
from common.images import data
from common.record import Record
from common.runs import Run
from common.settings import Settings

STEPS = (1, 10, 100)  # after which the parameters are kept
IMAGES, SAMPLES = 500, 100  # of which log p(x) is estimated, with so many draws
CODES = 10  # random codes to decode


@dataclass
class Trial:
    """What takes part in a comparison: a package to train, or a run that is trained."""

    label: str
    package: str
    settings: Settings
    data: str  # what --data takes
    run: Path | None = None


def main(trial, folder, sender):
    """Carry it out; send the number of each complete epoch, then the results, a dict.

    For a mistake, its text is sent instead.
    """
    tqdm.set_lock(RLock())  # of this process alone: a kill leaves nothing of it
    try:
        sender.send(_carry_out(trial, folder, sender))
    except (UserError, Interrupted, OSError, MemoryError) as error:
        sender.send(str(error) or repr(error))


def _carry_out(trial, folder, sender):
    """Train, or load a run; measure -> {"numbers", "history", ...}"""
    start = time.perf_counter()
    kind = packages.estimator(trial.package)
    numbers = {"seconds_to_import": time.perf_counter() - start}
    _, dataset = data.load_or_digits(trial.data, explicit=True)
    if trial.run:
        estimator, parameters = kind.load(trial.run), {}
        history, _ = Run(trial.run).restore(estimator)
    else:
        estimator = kind(**trial.settings.parameters())
        record = _Record(trial, folder, dataset, sender)
        estimator.fit(dataset.train_images, run=record)
        record.run.unlock()
        history = record.history
        parameters = record.parameters | {"end": _parameters(estimator)}
        numbers |= {"seconds_to_compile": record.seconds_to_compile} | _peak_memory()
    if history:
        seconds = [row["seconds"] for row in history]
        numbers["seconds_per_epoch"] = statistics.median(seconds)
    return {
        "numbers": numbers | _test(estimator, dataset.test_images),
        "history": history,
        "parameters": parameters,
        "pictures": _pictures(estimator, dataset),
    }


class _Record(Record):
    """What a comparison keeps beside the run: seconds to compile, the first steps."""

    def __init__(self, trial, folder, dataset, sender):
        config = train.config_of(trial.package, trial.settings, trial.data, dataset)
        super().__init__(Run(folder / trial.label), config, dataset)
        self.sender, self.start = sender, time.perf_counter()

    def recording(self, estimator):
        """As for every Record; before that, the first steps are taken and undone."""
        state = estimator.network.state()
        self.parameters = {0: _parameters(estimator)}
        for step in _first_steps(estimator, self.dataset):
            self.parameters[step] = _parameters(estimator)
            if step == 1:
                self.seconds_to_compile = time.perf_counter() - self.start
        estimator.network.load_state(state)
        return super().recording(estimator)

    def report(self, row):
        """Send the number of the epoch."""
        self.sender.send(row["epoch"])


def _first_steps(estimator, dataset):
    """Call all that training calls, and train -> iterator of numbers of steps done"""
    network, settings = estimator.network, estimator.settings_
    some = dataset.test_images[: batches.CALL]
    loop.evaluate(network, batches.evaluation_set(some, settings))
    images = dataset.train_images
    rates = batches.learning_rates(settings, len(images) // settings.batch_size, 1)
    chunk = next(batches.chunks(images, settings, 1))
    for start, end in pairwise([0, *STEPS]):
        if end <= len(chunk["x"]):
            part = {name: array[start:end] for name, array in chunk.items()}
            network.train(**part, learning_rates=rates[start:end])
            yield end


def _parameters(estimator):
    """All of them in one array, without Adam's moments."""
    state = estimator.network.state()
    names = estimator.settings_.shapes(estimator.n_features_in_)
    return np.concatenate([state[name].ravel() for name in names], dtype=np.float64)


def _peak_memory():
    """The most megabytes that this process has held; nothing where nobody counts."""
    try:
        import resource
    except ImportError:  # Windows
        return {}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"peak_memory": peak * (1 if sys.platform == "darwin" else 1024) / 1e6}


def _test(estimator, images):
    """What is measured on the test images.  (N, D) uint8 -> {name: number}"""
    test_set = batches.evaluation_set(images, estimator.settings_)
    means = loop.evaluate(estimator.network, test_set)
    numbers = dict(zip(estimator.test_measures, means, strict=True))
    if estimator.words.encodes:
        error = (test_set["x"] - estimator.reconstruct(images)) ** 2
        numbers["mse"] = float(error.mean(dtype=np.float64))
    if estimator.has_evidence:
        log_evidence = estimator.log_evidence(images[:IMAGES], SAMPLES)
        numbers["log_evidence"] = float(log_evidence.mean())
    return numbers


def _pictures(estimator, dataset):
    """Decoded random codes; reconstructions.  -> {name: array}"""
    from common import figures  # matplotlib would count as memory of training

    z = estimator.random_codes(CODES, np.random.default_rng(0))
    pictures = {"z": z, "decoded": estimator.decode(z)}
    if estimator.words.encodes:
        images = dataset.test_images[figures.examples(dataset)]
        pictures["seen"] = estimator.seen(images)
        pictures["made"] = estimator.reconstruct(images)
    return pictures
