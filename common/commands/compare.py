"""`python -m common.compare vae_tf vae_theano`: one training, in several packages.

Same data, initial weights, image order and noise; only the framework differs.
"""

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from common import UserError, batches, loop, packages
from common.commands.command_line import Parser, answer, number
from common.images import data
from common.runs import Position, Run
from common.settings import Settings


def main(argv=None):
    """Print the test ELBOs side by side, then a line about each package."""
    parser = Parser(prog="python -m common.compare", description=__doc__)
    parser.add_argument("packages", nargs="+", choices=packages.every())
    parser.add_argument("--data", default="mnist", help="as for training")
    parser.add_argument(
        "--epochs",
        default=5,
        type=number(int, 1, 1000, "whole number from 1 to 1,000"),
    )
    return answer(_print, parser.parse_args(argv))


def compare(names, source, epochs):
    """Train with the default settings -> {package: (seconds to start, history)}."""
    dataset = data.load(source)
    about = packages.model_of(names[0])
    given = about.defaults | {"data": source, "epochs": epochs}
    settings = Settings(model=about.name, **given)
    results = {}
    for package in names:
        start = time.perf_counter()
        estimator = packages.estimator(package)()
        estimator.initialize(settings, dataset.train_images)
        _compile(estimator, dataset)
        ready = time.perf_counter() - start
        with tempfile.TemporaryDirectory() as folder:
            new = ([], Position())
            history = loop.train_epochs(
                estimator, dataset, Run(Path(folder)), new, lambda row: None
            )
        results[package] = ready, history
    return results


def _compile(estimator, dataset):
    """Call what training calls, once, and undo it."""
    network, state = estimator.network, estimator.state()
    chunk = next(batches.chunks(dataset.train_images, estimator.settings_, 1))
    step = {name: array[:1] for name, array in chunk.items()}
    network.train(**step, learning_rates=np.zeros(1, np.float32))
    network.evaluate(**{name: array[0] for name, array in step.items()})
    estimator.load_state(state)


def _print(options):
    found = {packages.model_of(name) for name in options.packages}
    if len(found) > 1:
        titles = " and ".join(sorted(about.title for about in found))
        raise UserError(f"{titles} do not compute the same; compare packages of one")
    (about,) = found
    results = compare(options.packages, options.data, options.epochs)
    histories = [history for _, history in results.values()]
    title, column = f"test {about.objective}", f"test_{about.watched[0]}"
    print(f"{title}, nats per image\nepoch", *(f"{name:>12}" for name in results))
    for row in zip(*histories, strict=True):
        print(f"{row[0]['epoch']:5}", *(f"{r[column]:12.2f}" for r in row))
    print(f"\n{'package':12} {title}  seconds per epoch  seconds to start")
    for name, (ready, history) in results.items():
        seconds = statistics.median(row["seconds"] for row in history)
        value = f"{history[-1][column]:.2f}".rjust(len(title))
        print(f"{name:12} {value}  {seconds:17.2f}  {ready:16.1f}")
    return 0
