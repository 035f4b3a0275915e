"""The epoch loop and its Record, with a model of one number that trains in no time."""

import os
import signal
from functools import partial

import numpy as np
import pytest

from common import Interrupted, UserError, batches
from common.config import Config
from common.models.vae import estimator
from common.record import Record
from common.runs import Run
from tests.helpers import rows


class Network:
    """Its one weight depends on every batch, all noise and all learning rates."""

    releases_gil = True

    def __init__(self, parameters, settings, interrupt_at=None, explode_at=None):
        self.weight, self.calls = np.zeros(()), 0
        self.interrupt_at, self.explode_at = interrupt_at, explode_at

    def compile(self, quiet):
        pass

    def train(self, x, eps, learning_rates):
        self.calls += 1
        if self.calls == self.interrupt_at:
            os.kill(os.getpid(), signal.SIGINT)
        if self.calls == self.explode_at:
            return {"elbo": float("nan")}
        for batch, noise, rate in zip(x, eps, learning_rates, strict=True):
            weights = np.arange(batch.size).reshape(batch.shape)
            signal_ = (batch * weights).mean() + noise.sum()
            self.weight = 0.9 * self.weight + rate * signal_
        return {"elbo": float(self.weight) * len(x)}

    def evaluate(self, x, eps):
        return eps.sum(axis=1) + self.weight, x.sum(axis=1) * 1.0, eps[:, 0] ** 2

    def state(self):
        return {"weight": self.weight}

    def load_state(self, state):
        self.weight = state["weight"]


class Toy(estimator.VAE):
    pass


@pytest.fixture
def train(tmp_path, settings, digits):
    """Train a Toy in a folder, or go on there -> its network, the history."""

    def fit(name, **events):
        run = Run(tmp_path / name)
        config = Config(settings, "toy", "digits", {"sha256": digits.sha256})
        record = Record(run, config, digits, resume=run.config_path.exists())
        toy = Toy(**settings.parameters())
        toy.Network = partial(Network, **events)
        try:
            toy.fit(digits.train_images, run=record)
        finally:
            run.unlock()
        return toy.network, record.history

    return fit


@pytest.mark.parametrize("interrupt_at", range(1, 9))
def test_interrupting_anywhere_changes_nothing(
    train, tmp_path, monkeypatch, interrupt_at
):
    monkeypatch.setattr(batches, "CHUNK", 11)  # 30 steps an epoch: 11, 11, 8
    whole, _ = train("whole")
    with pytest.raises(Interrupted):
        train("parts", interrupt_at=interrupt_at)
    resumed, _ = train("parts")
    assert resumed.calls == 9 - interrupt_at
    assert resumed.weight == whole.weight
    assert rows(tmp_path / "whole") == rows(tmp_path / "parts")


def test_resuming_after_the_last_epoch_trains_no_more(train):
    _, history = train("run")
    network, again = train("run")
    assert network.calls == 0
    assert [row["epoch"] for row in again] == [row["epoch"] for row in history]


def test_a_non_finite_elbo_stops_and_keeps_the_checkpoint(train, tmp_path):
    with pytest.raises(UserError) as caught:
        train("run", explode_at=3)  # one chunk an epoch
    for words in ("ELBO became nan in epoch 3", "learning rate of 0.003", "a tenth"):
        assert words in str(caught.value)
    with np.load(tmp_path / "run" / "checkpoint.npz") as checkpoint:
        assert checkpoint["epoch"] == 2
    assert len(rows(tmp_path / "run")) == 2


def test_the_row_of_an_epoch(train, digits, settings):
    network, history = train("run")
    test_set = batches.evaluation_set(digits.test_images, settings)
    parts = [part.mean() for part in network.evaluate(**test_set)]
    names = "test_elbo", "test_log_likelihood", "test_kl"
    np.testing.assert_allclose([history[-1][name] for name in names], parts)
