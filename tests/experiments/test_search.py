"""A search over hyperparameters in several processes, one of which is killed."""

import importlib
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV

import vae_tf
from common import UserError
from common.commands.command_line import interpreter
from common.packages import ROOT
from experiments import search
from tests.helpers import environment, one_line, run, start, succeed
from vae_numpy import VAE

SCRIPT = str(ROOT / "experiments" / "search.py")
SMALL = {"latent_dim": 2, "hidden": (), "epochs": 3}
ROUNDING = 1e-5  # relative, where the numbers of threads differ
pytestmark = pytest.mark.slow
DISTRIBUTED = pytest.mark.skipif(
    search.distributed is None, reason="distributed is not installed: make .venv/search"
)


@pytest.fixture(scope="module")
def X(digits):  # noqa: N802
    return digits.train_images[:300]


@pytest.fixture(scope="module")
def client():
    """Of two workers, processes of their own."""
    with search.cluster(n_workers=2) as client:
        yield client


def assert_same(client, vaes, X):
    """What the client's workers find is what is found here."""
    elbos, seconds = search.measure(client, vaes, X)
    here = [[search.train(vae, half, X)[0] for half in range(2)] for vae in vaes]
    np.testing.assert_allclose(elbos, here, rtol=ROUNDING)
    assert (seconds > 0).all()


def threads():
    """Of this process, by the pool that they belong to.  -> {name: count}"""
    names = (path.read_text() for path in Path("/proc/self/task").glob("*/comm"))
    return Counter(name.strip() for name in names)


def blas_threads():
    import threadpoolctl

    return {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}


@DISTRIBUTED
@pytest.mark.environments
def test_two_processes_find_what_one_finds(client, X):
    assert len({*client.run(os.getpid).values(), os.getpid()}) == 3
    assert_same(client, [vae_tf.VAE(**SMALL)], X)
    assert set().union(*client.run(blas_threads).values()) == {1}
    if sys.platform == "linux":
        pools_of_each = client.run(threads).values()
        for pool in ("tf_Compute", "tf_XLAEigen"):
            assert max(pools[pool] for pools in pools_of_each) == 1


@DISTRIBUTED
def test_a_search_of_scikit_learn(client, X):
    options = {"n_candidates": 2, "random_state": 0, "min_resources": 100, "cv": 2}
    scores = []
    for backend in ("dask", "sequential"):
        rates = {"learning_rate": [1e-9, 0.01]}
        searched = HalvingRandomSearchCV(VAE(**SMALL), rates, refit=False, **options)
        with joblib.parallel_config(backend):
            searched.fit(X)
        scores.append(searched.cv_results_["mean_test_score"])
    np.testing.assert_allclose(*scores, rtol=ROUNDING)


class Dies:
    """So many fits, in whichever process, end that process."""

    def __init__(self, folder, times):
        self.folder, self.times = folder, times

    def fit(self, X):
        for number in range(self.times):
            with suppress(FileExistsError):
                (self.folder / str(number)).touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)
        self.vae = VAE(**SMALL).fit(X)

    def score(self, X):
        return self.vae.score(X)


@DISTRIBUTED
@pytest.mark.parametrize("times", [1, 2], ids=["one worker", "both"])
def test_workers_are_killed(client, X, tmp_path, times):
    """Both die at about the same time, so that none of them has the images any more."""
    assert_same(client, [Dies(tmp_path, times)], X)
    assert len([*tmp_path.iterdir()]) == times


class Stranger:
    """Cannot arrive in this process, or, without a number, in any."""

    def __init__(self, process=None):
        self.process = process

    def __reduce__(self):
        return arrive, (self.process,)


def arrive(process):
    if process in (None, os.getpid()):
        importlib.import_module("nowhere")
    return Stranger(process)


@DISTRIBUTED
def test_programs_that_are_not_found(client, X):
    """By the workers; by the scheduler, which is in this process."""
    with pytest.raises(UserError, match=r"must find .*No module named 'nowhere'"):
        search.measure(client, [Stranger()], X)
    with pytest.raises(UserError, match=r"must find .*PYTHONPATH$"):
        search.measure(client, [Stranger(os.getpid())], X)


@DISTRIBUTED
def test_a_training_that_kills_its_workers_is_given_up(client, X, tmp_path):
    def give_up_at_once(dask_scheduler):
        dask_scheduler.allowed_failures = 0

    client.run_on_scheduler(give_up_at_once)
    with pytest.raises(UserError, match="given up, since 1 workers died of it"):
        search.measure(client, [Dies(tmp_path, 9)], X)


def script(folder, *words, **changes):
    return run([sys.executable, SCRIPT, *words], folder, **changes)


def test_without_distributed(tmp_path):
    (tmp_path / "distributed.py").write_text("raise ModuleNotFoundError(__name__)\n")
    result = script(tmp_path, PYTHONPATH=str(tmp_path))
    one_line(result, "error: distributed is not installed: type make search")


@DISTRIBUTED
@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:9"])
def test_no_scheduler(address, monkeypatch, capsys):
    monkeypatch.setattr(search, "SECONDS", 1)
    words = [SCRIPT, "--data=digits", f"--scheduler={address}"]
    monkeypatch.setattr(sys, "argv", words)
    ended = SimpleNamespace(returncode=search.main())
    ended.stdout, ended.stderr = capsys.readouterr()
    one_line(ended, f"error: --scheduler {address}: ")


@DISTRIBUTED
@pytest.mark.environments
def test_ctrl_c_ends_it_with_one_line_and_all_its_processes(tmp_path):
    words = ["--data=digits", "--package=vae_numpy", "--epochs=500"]
    options = {"env": environment(tmp_path), "start_new_session": True}
    process = start(SCRIPT, *words, cwd=tmp_path, **options)
    assert process.stdout.readline().startswith("progress: http://127.0.0.1:")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert process.communicate(timeout=60) == ("", "\ninterrupted\n")
    assert process.returncode == 130
    with pytest.raises(ProcessLookupError):  # once all processes have ended
        for _ in range(300):
            os.killpg(process.pid, 0)
            time.sleep(0.1)


@DISTRIBUTED
@pytest.mark.environments
def test_the_table_and_what_comes_next(tmp_path, monkeypatch):
    words = "--data=digits", "--package=vae_numpy", "--epochs=1"
    _, _, heading, *rows, _, following = succeed(script(tmp_path, *words)).splitlines()
    assert heading.split()[:3] == ["ELBO", "(nats)", "seconds"]
    assert len(rows) == 9
    scores = [float(row.split()[0]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    dims, rate = rows[0].split()[2:]
    monkeypatch.chdir(tmp_path)  # as the script
    assert following == (
        f"next: {interpreter()} -m vae_numpy.train --data digits "
        f"--latent-dim={dims} --learning-rate={rate}"
    )
