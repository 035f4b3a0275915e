"""One package's part in a comparison, in a process of its own: train it, measure it.

Then seconds to import and the peak of memory are those of this package alone.  What to
do comes as JSON on standard input; each line of standard output is JSON, too.
"""

import contextlib
import json
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from common import UserError, batches, loop, packages
from common.files import write_arrays
from common.images import data
from common.runs import Position, Run
from common.settings import Settings

STEPS = (1, 10, 100)  # after which the parameters are kept
IMAGES, SAMPLES = 500, 100  # of which log p(x) is estimated, with so many draws
CODES = 10  # random codes to decode


def main():
    """Do the one thing that standard input asks for."""
    job = json.loads(sys.stdin.read())
    screen = sys.stdout
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = _trial(
                job, lambda **line: print(json.dumps(line), file=screen, flush=True)
            )
        print(json.dumps({"result": result}), flush=True)
    except UserError as error:
        print(json.dumps({"error": str(error)}), flush=True)


def _trial(job, say):
    """Train, or load a run; measure -> what a report says of it."""
    package, folder = job["package"], Path(job["folder"])
    say(doing="imports its framework")
    start = time.perf_counter()
    class_ = packages.estimator(package)
    facts = {"seconds_to_import": time.perf_counter() - start}
    _, dataset = data.load_or_digits(job["data"], explicit=True)
    if job["run"]:
        run = Run(Path(job["run"]))
        estimator = class_.load(run.path)
        history, _ = run.restore(estimator)
    else:
        estimator, history = _train(class_, job, dataset, facts, say)
    seconds = [row["seconds"] for row in history]
    facts["seconds_per_epoch"] = statistics.median(seconds) if seconds else None
    say(doing="is measured")
    facts["test"] = _test(estimator, dataset)
    _pictures(estimator, dataset, folder, job["label"])
    return facts | {"history": history}


def _train(class_, job, dataset, facts, say):
    """A run in the comparison's folder -> estimator, history"""
    settings = Settings(
        **(job["settings"] | {"hidden": tuple(job["settings"]["hidden"])})
    )
    images = dataset.train_images
    estimator = class_(**settings.parameters())
    say(doing="compiles")
    start = time.perf_counter()
    estimator.initialize(settings, images)
    _compile(estimator, dataset)
    facts["seconds_to_compile"] = time.perf_counter() - start
    _first_steps(estimator, images, Path(job["folder"]), job["label"])
    run = Run(Path(job["folder"], job["label"]))
    run.create(overwrite=True)
    try:
        run.write_config(_config(job["package"], settings, dataset))
        say(doing=f"epoch 1 of {settings.epochs}")

        def report(row):
            following = min(row["epoch"] + 1, settings.epochs)
            say(doing=f"epoch {following} of {settings.epochs}", epochs=row["epoch"])

        start = [], Position()
        history = loop.train_epochs(estimator, dataset, run, start, report, quiet=True)
    finally:
        run.unlock()
    facts["peak_memory"] = _peak_memory()
    return estimator, history


def _peak_memory():
    """The most bytes that this process has held so far; None where nobody counts."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024)


def _config(package, settings, dataset):
    return {
        "package": package,
        "settings": settings,
        "data": {
            "name": dataset.name,
            "source": dataset.source,
            "training_images": len(dataset.train_images),
            "test_images": len(dataset.test_images),
            "sha256": dataset.sha256,
        },
        "versions": {"python": platform.python_version()} | packages.versions(package),
    }


def _compile(estimator, dataset):
    """Call what training calls, once, and undo it."""
    network, state = estimator.network, estimator.state()
    chunk = next(batches.chunks(dataset.train_images, estimator.settings_, 1))
    step = {name: array[:1] for name, array in chunk.items()}
    network.train(**step, learning_rates=np.zeros(1, np.float32))
    some = dataset.test_images[: batches.CALL]
    loop.evaluate(network, batches.evaluation_set(some, estimator.settings_))
    estimator.load_state(state)


def _first_steps(estimator, images, folder, label):
    """Keep the parameters at the start and after some steps; then undo these."""
    network, settings = estimator.network, estimator.settings_
    state, done = estimator.state(), 0
    _keep(estimator, folder, label, 0)
    for chunk, rates in _steps(images, settings):
        cuts = [s - done for s in STEPS if done < s < done + len(rates)]
        for start, end in zip([0, *cuts], [*cuts, len(rates)], strict=True):
            part = {name: array[start:end] for name, array in chunk.items()}
            network.train(**part, learning_rates=rates[start:end])
            done += end - start
            if done in STEPS:
                _keep(estimator, folder, label, done)
        if done >= STEPS[-1]:
            break
    estimator.load_state(state)


def _steps(images, settings):
    """All of training in chunks: what the network takes, and the learning rates."""
    steps = len(images) // settings.batch_size
    for epoch in range(1, settings.epochs + 1):
        rates, at = batches.learning_rates(settings, steps, epoch), 0
        for chunk in batches.chunks(images, settings, epoch):
            yield chunk, rates[at : at + len(chunk["x"])]
            at += len(chunk["x"])


def _keep(estimator, folder, label, step):
    write_arrays(folder / f".{label}_{step}.npz", **estimator.state())


def _test(estimator, dataset):
    """What is measured on the test images: name -> number"""
    X = np.divide(dataset.test_images, 255, dtype=np.float32)
    found = {}
    if hasattr(estimator, "reconstruct"):
        measures = zip(estimator.about.measures, estimator.measures(X), strict=True)
        found = {name: _mean(values) for name, values in measures}
        error = (estimator.seen(X) - estimator.reconstruct(X)) ** 2
        found["mse"] = _mean(error)
    if estimator.about.has_evidence:
        found["log_evidence"] = _mean(estimator.log_evidence(X[:IMAGES], SAMPLES))
    return found


def _mean(values):
    return float(values.mean(dtype=np.float64))


def _pictures(estimator, dataset, folder, label):
    """Keep what is drawn later: reconstructions, and decoded codes."""
    from common import figures

    numbers = figures.examples(dataset)
    X = np.divide(dataset.test_images[numbers], 255, dtype=np.float32)
    arrays = {}
    if hasattr(estimator, "reconstruct"):
        arrays = {"seen": estimator.seen(X), "made": estimator.reconstruct(X)}
    codes = (
        folder / f".codes_{estimator.about.name}_{estimator.settings_.latent_dim}.npz"
    )
    if codes.exists():  # another package of this model was first
        z = np.load(codes)["z"]
    else:
        z = estimator.random_codes(CODES, np.random.default_rng(0))
        write_arrays(codes, z=z)
    arrays |= {"z": z, "decoded": estimator.decode(z)}
    write_arrays(folder / f".{label}_pictures.npz", **arrays)
