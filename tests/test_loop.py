"""The epoch loop and its Record, with a small VAE."""

import os
import re
import signal
import threading
import time
from functools import partial

import numpy as np
import pytest

from common import UserError, batches, loop
from common.config import Config
from common.record import Record
from common.runs import Run
from tests.helpers import checkpoint, rows
from vae_numpy import VAE, Network


@pytest.fixture
def train(tmp_path, settings, digits, monkeypatch):
    """Train in a folder, or go on there -> how many calls of `train`, the history."""

    def fit(name, interrupt_at=None, explode_at=None):
        run, calls = Run(tmp_path / name), []
        config = Config(settings, "vae_numpy", "digits", {"sha256": digits.sha256})
        record = Record(run, config, digits, resume=run.config_path.exists())

        def eventful(*arguments, **options):
            calls.append(name)
            if len(calls) == interrupt_at:
                os.kill(os.getpid(), signal.SIGINT)
            sums = whole(*arguments, **options)
            return {"elbo": float("nan")} if len(calls) == explode_at else sums

        with monkeypatch.context() as patch:
            whole = Network.train
            patch.setattr(Network, "train", eventful)
            try:
                VAE(**settings.parameters()).fit(digits.train_images, run=record)
            finally:
                run.unlock()
        return len(calls), record.history

    return fit


@pytest.mark.parametrize("call", range(1, 9))
def test_interrupting_anywhere_changes_nothing(train, tmp_path, monkeypatch, call):
    monkeypatch.setattr(batches, "CHUNK", 11)  # 30 steps an epoch: 11, 11, 8
    train("whole")
    with pytest.raises(KeyboardInterrupt):
        train("parts", interrupt_at=call)
    calls, _ = train("parts")
    assert calls == 9 - call
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert (checkpoint(parts), rows(parts)) == (checkpoint(whole), rows(whole))


@pytest.mark.parametrize(
    ("cores", "at_once", "fit", "most"),
    [(2, 1, 0.5, 1), (3, 1, 2.05, 2), (8, 4, 2.05, 2), (64, 8, 2.05, 2), (64, 8, 9, 3)],
)
def test_threads_change_nothing(
    train, tmp_path, monkeypatch, cores, at_once, fit, most
):
    """They make some epochs at once, each no more chunks than fit, or than it has."""
    makers, begun, items = [], [], set()
    binarize, ahead = batches.binarize, loop.Ahead

    def make(*arguments):
        makers.append(threading.current_thread() == threading.main_thread())
        return binarize(*arguments)

    def count(chunks, number):
        items.add(number)
        begun.append(ahead(chunks, number))
        assert sum(not each.pool._shutdown for each in begun) <= at_once
        return begun[-1]

    monkeypatch.setattr(batches, "binarize", make)
    monkeypatch.setattr(loop, "Ahead", count)
    monkeypatch.setattr(batches, "CHUNK", 11)
    monkeypatch.setattr(Network, "parallel", None)
    train("whole")
    assert all(makers)
    monkeypatch.setattr(Network, "parallel", "threads")
    monkeypatch.setattr(loop.machine, "cores", lambda: cores)
    chunk = 11 * 50 * (784 + 2 * 4)  # bytes
    monkeypatch.setattr(loop.machine, "memory", lambda: 16 * fit * at_once * chunk)
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        train("parts", interrupt_at=4)
    train("parts")
    assert not all(makers)
    assert items == {most}
    assert threading.active_count() == threads
    assert checkpoint(tmp_path / "parts") == checkpoint(tmp_path / "whole")


def test_a_non_finite_elbo_stops_and_keeps_the_checkpoint(train, tmp_path):
    with pytest.raises(UserError) as caught:
        train("run", explode_at=3)  # one chunk an epoch
    for words in ("ELBO became nan in epoch 3", "learning rate of 0.003", "a tenth"):
        assert words in str(caught.value)
    with np.load(tmp_path / "run" / "checkpoint.npz") as checkpoint:
        assert checkpoint["epoch"] == 2
    assert len(rows(tmp_path / "run")) == 2


def test_the_mean_of_an_epoch_and_the_bar_on_the_way(
    settings, digits, monkeypatch, capfd
):
    monkeypatch.setattr(batches, "CHUNK", 11)
    monkeypatch.setattr(loop, "tqdm", partial(loop.tqdm, mininterval=0, miniters=1))
    network, sums = Network(settings.initial(digits.train_images), settings), []

    def train(**chunk):
        sums.append(Network.train(network, **chunk))
        return sums[-1]

    monkeypatch.setattr(network, "train", train)
    epoch = next(loop.epochs(network, digits.train_images, settings, verbose=True))
    mean = sum(each["elbo"] for each in sums) / 30
    assert epoch.means == {"elbo": pytest.approx(mean, rel=1e-9)}
    bar = capfd.readouterr().err
    assert "\n" not in bar  # it goes when the epoch ends
    for steps, done, sum_ in zip((11, 11, 8), (11, 22, 30), sums, strict=True):
        mean = sum_["elbo"] / steps
        assert re.search(rf"epoch 1/3: [^\r]*{done}/30 [^\r]*ELBO {mean:.1f} nats", bar)


def test_the_row_of_an_epoch(train, tmp_path, digits, settings):
    start = time.perf_counter()
    _, history = train("run")
    seconds = [row["seconds"] for row in history]
    assert 0 < min(seconds) <= sum(seconds) < time.perf_counter() - start
    rates = batches.learning_rates(settings, 30, 3)
    assert history[-1]["learning_rate"] == rates[-1] < rates[-2]
    network = VAE.load(tmp_path / "run").network
    test_set = batches.evaluation_set(digits.test_images, settings)
    parts = [part.mean() for part in network.evaluate(**test_set)]
    names = "test_elbo", "test_log_likelihood", "test_kl"
    np.testing.assert_allclose([history[-1][name] for name in names], parts, rtol=1e-6)
    calls, again = train("run")  # after the last epoch
    assert calls == 0
    assert [row["epoch"] for row in again] == [row["epoch"] for row in history]
