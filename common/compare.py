"""`python -m common.compare vae_tf vae_theano`: one training, in several packages.

Same data, initial weights, image order and noise; only the framework differs.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from common import cli, data, program, training
from common.runs import Run
from common.settings import KINDS, Position, Settings


def compare(packages, source, epochs):
    """Train with the default settings -> {package: (seconds to start, history)}."""
    dataset = data.load(source)
    given = KINDS["vae"].defaults | {"data": source, "epochs": epochs}
    settings = Settings(model="vae", **given)
    results = {}
    for package in packages:
        start = time.perf_counter()
        model = program.estimator(package)().begin(settings, dataset.train_images)
        _compile(model, dataset)
        ready = time.perf_counter() - start
        with tempfile.TemporaryDirectory() as folder:
            new = ([], Position())
            history = training.train(
                model, dataset, Run(Path(folder)), new, lambda row: None
            )
        results[package] = ready, history
    return results


def _compile(model, dataset):
    """Call what training calls, once, and undo it."""
    settings, network, state = model.settings_, model.network, model.state()
    x, eps = next(training.chunks(dataset.train_images, settings, 1))
    network.train(x[:1], eps[:1], training.learning_rates(settings, 1, 1))
    network.evaluate(x[0], eps[0])
    model.load_state(state)


def main(argv=None):
    """Print the test ELBOs side by side, then a line about each package."""
    parser = cli.Parser(prog="python -m common.compare", description=__doc__)
    parser.add_argument("packages", nargs="+", choices=["vae_tf", "vae_theano"])
    parser.add_argument("--data", default="mnist", help="as for training")
    parser.add_argument(
        "--epochs",
        default=5,
        type=cli.number(int, 1, 1000, "whole number from 1 to 1,000"),
    )
    return cli.answer(_compare, parser.parse_args(argv))


def _compare(options):
    results = compare(options.packages, options.data, options.epochs)
    histories = [history for _, history in results.values()]
    print("test ELBO, nats per image\nepoch", *(f"{name:>12}" for name in results))
    for row in zip(*histories, strict=True):
        print(f"{row[0]['epoch']:5}", *(f"{r['test_elbo']:12.2f}" for r in row))
    print(f"\n{'package':12} test ELBO  seconds per epoch  seconds to start")
    for name, (ready, history) in results.items():
        seconds = statistics.median(row["seconds"] for row in history)
        elbo = history[-1]["test_elbo"]
        print(f"{name:12} {elbo:9.2f}  {seconds:17.2f}  {ready:16.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
