"""A search over hyperparameters in several processes, one of which is killed."""

import importlib
import os
import signal
import sys
import time
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV

import vae_tf
from common import UserError
from common.commands.command_line import python
from experiments import search
from tests.helpers import start
from tests.outside.shell import ROOT, environment, run
from vae_numpy import VAE

SCRIPT = str(ROOT / "experiments" / "search.py")
GRID = {"learning_rate": [1e-9, 0.01]}
SMALL = {"latent_dim": 2, "hidden": (), "epochs": 3}
ROUNDING = 1e-5  # relative, where the numbers of threads differ
DISTRIBUTED = pytest.mark.skipif(
    search.distributed is None, reason="distributed is not installed: make .venv/search"
)


@pytest.fixture(scope="module")
def X(digits):  # noqa: N802
    return np.divide(digits.train_images[:300], 255, dtype=np.float32)


@contextmanager
def stderr_into(path):
    """What this process and its children write to standard error goes to a file."""
    with path.open("w") as file:
        screen = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(screen, 2)
            os.close(screen)


@pytest.fixture(autouse=True)
def limit():
    """A search that stands still is ended."""
    if os.name == "nt":
        yield
        return
    previous = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("no end in sight"))
    signal.alarm(300)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    return tmp_path_factory.mktemp("cluster") / "stderr"


@pytest.fixture(scope="module")
def client(errors):
    """Of two workers, processes of their own."""
    with stderr_into(errors), search.cluster(n_workers=2) as client:
        yield client


def fitted(kind, estimator, X, client=None, **options):
    """A search, here or by the client's workers."""
    backend = search.Dask(client=client) if client else "sequential"
    with joblib.parallel_config(backend):
        return kind(estimator, GRID, cv=2, refit=False, **options).fit(X)


def assert_same(one, other):
    assert one.best_params_ == other.best_params_
    for name in ("mean_test_score", "split0_test_score", "split1_test_score"):
        np.testing.assert_allclose(
            one.cv_results_[name], other.cv_results_[name], rtol=ROUNDING
        )


def threads():
    """Of this process, by the pool that they belong to.  -> {name: count}"""
    names = (path.read_text() for path in Path("/proc/self/task").glob("*/comm"))
    return Counter(name.strip() for name in names)


def blas_threads():
    import threadpoolctl

    return {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}


@DISTRIBUTED
@pytest.mark.slow
def test_two_processes_find_what_one_finds(client, errors, X):
    pids = client.run(os.getpid).values()
    assert len({*pids, os.getpid()}) == 3
    vae = vae_tf.VAE(**SMALL)
    assert_same(fitted(GridSearchCV, vae, X, client), fitted(GridSearchCV, vae, X))
    assert set().union(*client.run(blas_threads).values()) == {1}
    if sys.platform == "linux":
        found = client.run(threads).values()
        for pool in ("tf_Compute", "tf_XLAEigen"):
            assert max(pools[pool] for pools in found) == 1
    assert errors.read_text() == ""  # no notice of TensorFlow's


@DISTRIBUTED
@pytest.mark.slow
def test_halving(client, X):
    options = {"n_candidates": 2, "random_state": 0, "min_resources": 100}
    vae = VAE(**SMALL)
    both = [fitted(HalvingRandomSearchCV, vae, X, c, **options) for c in (client, None)]
    assert_same(*both)


def score_and_die_once(folder, vae, X, y=None):
    """The second call of all, in whichever process, is the last of that process."""
    for name in ("first", "second"):
        try:
            (folder / name).touch(exist_ok=False)
        except FileExistsError:
            continue
        if name == "second":
            os.kill(os.getpid(), signal.SIGKILL)
        break
    return vae.score(X)


@DISTRIBUTED
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_worker_is_killed(client, X, tmp_path):
    before = set(client.run(os.getpid).values())
    vae = VAE(**SMALL)
    scoring = partial(score_and_die_once, tmp_path)
    searched = fitted(GridSearchCV, vae, X, client, scoring=scoring)
    assert (tmp_path / "second").exists()
    client.wait_for_workers(2, 60)
    assert len(before & set(client.run(os.getpid).values())) == 1
    assert_same(searched, fitted(GridSearchCV, vae, X))


class Stranger:
    """Arrives where nobody knows its module."""

    def __reduce__(self):
        return importlib.import_module, ("nowhere",)


def kills(_):
    os.kill(os.getpid(), signal.SIGKILL)


def call(client, function, argument):
    with search.one_line(), joblib.parallel_config(search.Dask(client=client)):
        joblib.Parallel()([joblib.delayed(function)(argument)])


@DISTRIBUTED
@pytest.mark.slow
def test_programs_that_are_not_found(client):
    with pytest.raises(UserError, match=r"must find .*PYTHONPATH$"):
        call(client, str, Stranger())  # the scheduler stumbles
    with pytest.raises(UserError, match=r"must find .*No module named 'nowhere'"):
        search.check(client, Stranger())  # the workers do


@DISTRIBUTED
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_training_that_kills_its_workers_is_given_up(client):
    def give_up_at_once(dask_scheduler):
        dask_scheduler.allowed_failures = 0

    client.run_on_scheduler(give_up_at_once)
    with pytest.raises(UserError, match="given up, since 1 workers died of it"):
        call(client, kills, 1)


def script(folder, *words, **changes):
    return run([sys.executable, SCRIPT, *words], folder, **changes)


def test_without_distributed(tmp_path):
    (tmp_path / "distributed.py").write_text("raise ModuleNotFoundError(__name__)\n")
    result = script(tmp_path, PYTHONPATH=str(tmp_path))
    assert result.stderr.startswith(
        "error: distributed is not installed: type make search"
    )
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)


@DISTRIBUTED
@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:9"])
def test_no_scheduler(address, monkeypatch, capsys):
    monkeypatch.setattr(search, "SECONDS", 1)
    monkeypatch.setattr(
        sys, "argv", [SCRIPT, "--data=digits", f"--scheduler={address}"]
    )
    assert search.main() == 2
    stdout, stderr = capsys.readouterr()
    assert stderr.startswith(f"error: --scheduler {address}: ")
    assert (stdout, stderr.count("\n")) == ("", 1)


def is_there(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def searching(tmp_path):
    """The script, searching, in a group of processes that does not outlive the test."""
    words = ["--data=digits", "--package=vae_numpy", "--epochs=500"]
    options = {"cwd": tmp_path, "env": environment(tmp_path), "start_new_session": True}
    process = start(SCRIPT, *words, **options)
    try:
        yield process
    finally:
        if is_there(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)


@DISTRIBUTED
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_ends_it_with_one_line_and_all_its_processes(searching):
    assert searching.stdout.readline().startswith("progress: http://127.0.0.1:")
    os.killpg(searching.pid, signal.SIGINT)  # as a terminal does
    assert searching.communicate(timeout=60) == ("", "\ninterrupted\n")
    assert searching.returncode == 130
    deadline = time.monotonic() + 30
    while is_there(searching.pid):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@DISTRIBUTED
@pytest.mark.slow
def test_the_table_and_what_comes_next(tmp_path, monkeypatch):
    result = script(tmp_path, "--data=digits", "--package=vae_numpy", "--epochs=1")
    assert (result.returncode, result.stderr) == (0, "")
    _, _, heading, *rows, _, following = result.stdout.splitlines()
    assert heading.split()[:3] == ["ELBO", "(nats)", "seconds"]
    assert len(rows) == 9
    scores = [float(row.split()[0]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    dims, rate = rows[0].split()[2:]
    monkeypatch.chdir(tmp_path)  # as the script
    assert following == (
        f"next: {python()} -m vae_numpy.train --data digits "
        f"--latent-dim={dims} --learning-rate={rate}"
    )
