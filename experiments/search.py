"""Search the learning rate and the latent dimensions of a VAE, on many cores.

`python experiments/search.py` starts a worker on each core.  With --scheduler, the
workers of a Dask cluster train.  Each VAE trains on one half of the training images, is
tested on the other, and vice versa.
"""

import logging
import signal
import sys
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import KFold, ParameterGrid
from tqdm import tqdm

try:
    import dask
    import distributed
except ModuleNotFoundError:
    distributed = None

sys.path.insert(0, str(Path(__file__).parent.parent))
from common import UserError, packages
from common.commands import command_line
from common.images import data
from common.settings import COUNT

GRID = {"latent_dim": [10, 20, 40], "learning_rate": [0.001, 0.003, 0.01]}
HALVES = KFold(2, shuffle=True, random_state=0)
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
ELSEWHERE = (
    "scheduler and workers must find these programs and what they import, in the same "
    "versions: start them in this folder, or with it in PYTHONPATH"
)
LARGE = {"distributed.admin.large-graph-warning-threshold": "1GB"}  # 47 MB are fine
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
    vae = packages.estimator(options.package)(epochs=options.epochs)
    if dataset.binarized:
        vae.set_params(binarize="static")
    vaes = [clone(vae).set_params(**values) for values in ParameterGrid(GRID)]
    with cluster(options.scheduler) as client:
        print(f"progress: {client.dashboard_link}", flush=True)
        elbos, seconds = measure(client, vaes, dataset.train_images).mean(axis=2)
    report(vaes, elbos, seconds, options.package, source)
    return 0


def measure(client, vaes, X):
    """Each VAE's ELBO of each half, and its seconds.  -> (2, len(vaes), 2)"""
    try:
        client.run(str, vaes)  # fails unless every worker can unpickle them
    except Exception as error:  # of whatever kind
        raise UserError(f"{ELSEWHERE} ({error})") from None
    trainings = [(vae, half) for vae in vaes for half in range(HALVES.n_splits)]
    # The scheduler keeps the images.  Scattered ones would vanish if their workers
    # died, and scattering hangs if a worker dies during it.
    with one_line(), dask.config.set(LARGE):
        X = client.submit(np.asarray, X, pure=False)
        futures = client.map(train, *zip(*trainings, strict=True), X=X, pure=False)
        finished = distributed.as_completed(futures)
        for future in tqdm(finished, total=len(futures), leave=False, disable=None):
            future.result()  # raises what went wrong
        results = np.transpose(client.gather(futures))
    return results.reshape(2, len(vaes), HALVES.n_splits)


def train(vae, half, X):
    """Train on the other half of the images -> the ELBO of this one, seconds."""
    start = time.perf_counter()
    others, images = list(HALVES.split(X))[half]
    vae.fit(X[others])
    seconds = time.perf_counter() - start
    return vae.score(X[images]), seconds


@contextmanager
def cluster(address=None, **local):
    """A Client of the scheduler at `address`; without it, a worker for each core here.

    UserError if there is no worker within some seconds.
    """
    place = nullcontext(address) if address else _workers_here(**local)
    with place as workers:
        try:
            client = distributed.Client(workers, timeout=SECONDS)
            client.wait_for_workers(1, SECONDS)
        except (OSError, ValueError) as error:
            raise UserError(f"--scheduler {workers}: {error}") from None
        with client:
            yield client


def _workers_here(**options):
    """A LocalCluster whose processes never get Ctrl-C, since this one ends them."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return distributed.LocalCluster(
            threads_per_worker=1,
            env=ONE_THREAD,  # for TensorFlow; Dask itself says so to OpenBLAS
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.ERROR,
            **options,
        )
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def one_line():
    """Turn an error of the cluster into a UserError."""
    try:
        yield
    except RuntimeError as error:  # of the scheduler
        if "deserialization" not in str(error):
            raise
        raise UserError(ELSEWHERE) from None
    except distributed.KilledWorker as error:
        raise UserError(
            f"a training was given up, since {error.allowed_failures + 1} workers died "
            "of it: do they have enough memory?"
        ) from None
    except distributed.CancelledError:
        raise UserError("the scheduler ended") from None


def report(vaes, elbos, seconds, package, source):
    """Print what was tried, the best first, and the command that trains it in full."""
    print("\n ELBO (nats)  seconds", *(f"{name:>13}" for name in GRID), sep="  ")
    order = np.argsort(-elbos, kind="stable")
    for i in order:
        values = (f"{getattr(vaes[i], name):13}" for name in GRID)
        print(f"{elbos[i]:12.2f}", f"{seconds[i]:7.1f}", *values, sep="  ")
    words = [command_line.interpreter(), "-m", f"{package}.train", "--data", source]
    for name in GRID:
        value = getattr(vaes[order[0]], name)
        words.append(f"--{name.replace('_', '-')}={value}")
    print(f"\nnext: {command_line.shell_quoted(*words)}")


def main():
    """Run `python experiments/search.py` -> exit status."""
    parser = command_line.Parser(description=__doc__)
    add = parser.add_argument
    vaes = [p for p in packages.every() if packages.model_of(p).has_evidence]
    add("--scheduler", metavar="ADDRESS", help="of a Dask scheduler (default: none)")
    add("--data", metavar="SOURCE", help=command_line.DATA)
    add("--package", choices=vaes, default="vae_tf", help="(default: %(default)s)")
    add(
        "--epochs",
        metavar="N",
        type=COUNT,
        help="epochs of each training (default: as many as show 1.5 million images)",
    )
    return command_line.exit_status(search, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
