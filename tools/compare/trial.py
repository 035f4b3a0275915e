"""One package's part in a comparison, in a process of its own: train it, measure it.

Then seconds to import and the peak of memory are those of this package alone.
"""

import statistics
import sys
import time
from itertools import pairwise
from threading import RLock

import numpy as np
from tqdm import tqdm

from common import batches, loop, packages
from common.commands import train
from common.images import data
from common.record import Record
from common.runs import Run

STEPS = (1, 10, 100)  # after which the parameters are kept
IMAGES, SAMPLES = 500, 100  # of which log p(x) is estimated, with so many draws
CODES = 10  # random codes to decode


def carry_out(label, config, path, folder, quiet):
    """Train, or load the run at that path; measure.

    -> a column of the report, parameters by number of steps, pictures
    """
    tqdm.set_lock(RLock())  # of this process alone: a kill leaves nothing of it
    start = time.perf_counter()
    kind, settings = packages.estimator(config.package), config.settings
    numbers = {"seconds_to_import": time.perf_counter() - start}
    _, dataset = data.load_or_digits(config.data, explicit=True)
    if path:
        estimator, parameters = kind.load(path), {}
        history, _ = Run(path).restore(estimator)
    else:
        estimator = kind(**settings.parameters())
        show = {"unit": "epoch", "leave": False, "disable": quiet or None}
        with tqdm(desc=label, total=settings.epochs, **show) as bar:
            record = _Record(folder / label, config, dataset, bar)
            estimator.fit(dataset.train_images, run=record)
        record.run.unlock()
        history = record.history
        parameters = record.parameters | {"end": _parameters(estimator)}
        numbers |= {"seconds_to_compile": record.seconds_to_compile} | _peak_memory()
    if history:
        seconds = [row["seconds"] for row in history]
        numbers["seconds_per_epoch"] = statistics.median(seconds)
    column = {
        "label": label,
        "package": config.package,
        "model": settings.name,
        "run": str(path) if path else None,
        "settings": settings.parameters(),
        "numbers": numbers | _test(estimator, dataset.test_images),
        "history": history,
    }
    return column, parameters, _pictures(estimator, dataset)


class _Record(Record):
    """What a comparison keeps beside the run: seconds to compile, the first steps."""

    def __init__(self, path, config, dataset, bar):
        config = train.config_of(config.package, config.settings, config.data, dataset)
        super().__init__(Run(path), config, dataset)
        self.bar, self.start = bar, time.perf_counter()

    def recording(self, estimator):
        """As for every Record; before that, the first steps are taken and undone."""
        network, settings = estimator.network, estimator.settings_
        state, images = network.state(), self.dataset.train_images
        some = self.dataset.test_images[: batches.CALL]
        loop.evaluate(network, batches.evaluation_set(some, settings))  # compiles it
        rates = batches.learning_rates(settings, len(images) // settings.batch_size, 1)
        chunk = next(batches.chunks(images, settings, 1))
        self.parameters = {0: _parameters(estimator)}
        for start, end in pairwise([0, *STEPS]):
            if end <= len(chunk["x"]):
                part = {name: array[start:end] for name, array in chunk.items()}
                network.train(**part, learning_rates=rates[start:end])
                self.parameters[end] = _parameters(estimator)
            if end == 1:
                self.seconds_to_compile = time.perf_counter() - self.start
        network.load_state(state)
        return super().recording(estimator)

    def report(self, row):
        """Count the epoch."""
        self.bar.update()


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
