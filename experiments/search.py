"""Search the learning rate and the latent dimensions of a VAE, on many cores.

`python experiments/search.py` gives each core of this machine a worker; with
--scheduler, the workers of that Dask cluster train.  Half of the training images
decide about what was trained on the other half, and the other way round.
"""

import logging
import os
import signal
import sys
from contextlib import contextmanager, nullcontext
from functools import partial
from multiprocessing import resource_tracker
from pathlib import Path

import joblib
import numpy as np
from joblib._dask import DaskDistributedBackend
from sklearn.model_selection import GridSearchCV, KFold

try:
    import distributed
except ModuleNotFoundError:
    distributed = None

sys.path.insert(0, str(Path(__file__).parent.parent))
from common import UserError, packages
from common.commands import command_line
from common.images import data

GRID = {"learning_rate": [0.001, 0.003, 0.01], "latent_dim": [10, 20, 40]}
HALVES = KFold(2, shuffle=True, random_state=0)
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
ELSEWHERE = (
    "scheduler and workers must find these programs and what they import, in the same "
    "versions: start them in this folder, or with it in PYTHONPATH"
)
SECONDS = 15  # to wait for a scheduler, and then for a worker


def search(options):
    """Search and print -> exit status 0.  UserError for a mistake."""
    if distributed is None:
        raise UserError(
            "distributed is not installed: type make search, or pip install -r "
            "requirements-search.txt"
        )
    source, dataset = data.load_or_digits(
        options.data or "mnist", explicit=options.data is not None
    )
    command_line.print_notes(dataset)
    X = np.divide(dataset.train_images, 255, dtype=np.float32)
    vae = packages.estimator(options.package)(epochs=options.epochs)
    if dataset.binarized:
        vae.set_params(binarize="static")
    grid = GridSearchCV(vae, GRID, cv=HALVES, refit=False)
    with one_line(), cluster(options.scheduler) as client:
        check(client, vae)
        print(f"progress: {client.dashboard_link}", flush=True)
        with joblib.parallel_config(Dask(client=client), verbose=_verbosity()):
            grid.fit(X)
    report(grid, options.package, source)
    return 0


@contextmanager
def cluster(address=None, **local):
    """A Client of that scheduler; of one with a worker for each core, without address.

    What the trainings share is copied to every worker, so that each of them may die.
    """
    place = nullcontext(address) if address else _workers_here(**local)
    with place as workers, _client(workers) as client:
        client.scatter = partial(client.scatter, broadcast=True)
        client.amm.stop()  # it would remove copies while there are many
        yield client


def _client(place):
    """One that has a worker; UserError if there is none within some seconds."""
    try:
        client = distributed.Client(place, timeout=SECONDS)
        client.wait_for_workers(1, SECONDS)
    except (OSError, ValueError) as error:
        raise UserError(f"--scheduler {place}: {error}") from None
    return client


def check(client, vae):
    """UserError if a worker, handed this, does not find its package or framework."""
    try:
        client.run(str, vae)
    except Exception as error:  # of whatever kind
        raise UserError(f"{ELSEWHERE} ({error})") from None


class Dask(DaskDistributedBackend):
    """joblib's "dask", but what no worker could run is an error, not waited for."""

    def submit(self, func, callback=None):
        """Have a worker run it -> its future."""
        future = super().submit(func, callback)
        future.add_done_callback(
            lambda done: done.exception() and callback(done.exception())
        )
        return future

    def retrieve_result_callback(self, out):
        """What `callback` was called with; raised, if it is an error."""
        if isinstance(out, Exception):
            raise out
        return super().retrieve_result_callback(out)


def _workers_here(**options):
    with _ctrl_c_waits():
        return distributed.LocalCluster(
            threads_per_worker=1,
            env=ONE_THREAD,  # for TensorFlow; Dask itself says so to OpenBLAS
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.ERROR,
            **options,
        )


@contextmanager
def _ctrl_c_waits():
    """Processes that are started meanwhile never get it: this one ends them."""
    if os.name == "nt":
        yield
        return
    resource_tracker.ensure_running()  # its start would let Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def one_line():
    """What goes wrong with a search on a cluster as a UserError."""
    try:
        yield
    except RuntimeError as error:
        if "deserialization" in str(error):  # by the scheduler
            raise UserError(ELSEWHERE) from None
        raise
    except distributed.KilledWorker as error:
        raise UserError(
            f"a training was given up, since {error.allowed_failures + 1} workers died "
            "of it: do they have enough memory?"
        ) from None
    except distributed.CancelledError:
        raise UserError("the scheduler ended, or all workers at once") from None


def _verbosity():
    return 10 if sys.stderr.isatty() else 0


def report(grid, package, source):
    """Print what was tried, the best first, and the command that trains it in full."""
    found = grid.cv_results_
    names = "".join(f"  {name:>13}" for name in grid.best_params_)
    print(f"\n ELBO (nats)  seconds{names}")
    for i in np.argsort(found["rank_test_score"], kind="stable"):
        score, seconds = found["mean_test_score"][i], found["mean_fit_time"][i]
        values = "".join(f"  {value:13}" for value in found["params"][i].values())
        print(f"{score:12.2f}  {seconds:7.1f}{values}")
    best = [f"--{name.replace('_', '-')}={v}" for name, v in grid.best_params_.items()]
    words = [command_line.python(), "-m", f"{package}.train", "--data", source, *best]
    print(f"\nnext: {command_line.typed(*words)}")


def main():
    """Run `python experiments/search.py` -> exit status."""
    parser = command_line.Parser(description=__doc__)
    add = parser.add_argument
    vaes = [p for p in packages.every() if packages.model_of(p).has_evidence]
    add("--scheduler", metavar="ADDRESS", help="of a Dask cluster (default: none)")
    add("--data", metavar="SOURCE", help=command_line.DATA)
    add("--package", choices=vaes, default="vae_tf", help="(default: %(default)s)")
    add(
        "--epochs",
        metavar="N",
        type=command_line.COUNT,
        help="of each training (default: as many as show 1.5 million images)",
    )
    return command_line.answer(search, parser.parse_args())


if __name__ == "__main__":
    # Workers that are cut short leave to Python's tracker what it would complain of.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
    sys.exit(main())
