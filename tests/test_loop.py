"""The epoch loop, with a model of one number that is trained in no time."""

import os
import signal

import numpy as np
import pytest

from common import Interrupted, UserError, batches, loop
from common.runs import Position, Run


class Toy:
    """Its one weight depends on every batch, all noise and all learning rates."""

    releases_gil = True

    def __init__(self, interrupt_at=None, explode_at=None):
        self.network = self
        self.weight = np.zeros((), np.float64)
        self.calls = 0
        self.interrupt_at = interrupt_at
        self.explode_at = explode_at

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

    def note_codes(self):
        pass

    def state(self):
        return {"weight": self.weight}

    def load_state(self, state):
        self.weight = state["weight"]


@pytest.fixture
def start(tmp_path, settings):
    """Train a Toy in a folder, or go on there -> the Toy and the history."""

    def run(name, toy, settings=settings, dataset=None):
        run = Run(tmp_path / name)
        toy.settings_ = settings
        if run.config_path.exists():
            run.open()
            begin = run.restore(toy)
        else:
            run.create()
            run.write_config({"settings": settings})
            begin = [], Position()
        try:
            history = loop.train_epochs(toy, dataset, run, begin, lambda row: None)
            return toy, history
        finally:
            run.unlock()

    return run


@pytest.mark.parametrize("interrupt_at", range(1, 9))
def test_interrupting_anywhere_changes_nothing(
    start, tmp_path, digits, settings, monkeypatch, interrupt_at
):
    monkeypatch.setattr(batches, "CHUNK", 11)  # 30 steps an epoch: 11, 11, 8
    toy, _ = start("whole", Toy(), dataset=digits)
    with pytest.raises(Interrupted):
        start("parts", Toy(interrupt_at), dataset=digits)
    resumed, _ = start("parts", Toy(), dataset=digits)
    assert resumed.calls == 9 - interrupt_at
    assert resumed.weight == toy.weight
    rows = [
        [line.rsplit(b",", 1)[0] for line in (path / "history.csv").open("rb")]
        for path in (tmp_path / "whole", tmp_path / "parts")
    ]
    assert rows[0] == rows[1]


def test_resuming_after_the_last_epoch_trains_no_more(start, digits):
    _, history = start("run", Toy(), dataset=digits)
    toy, again = start("run", Toy(), dataset=digits)
    assert toy.calls == 0
    assert [row["epoch"] for row in again] == [row["epoch"] for row in history]


def test_a_non_finite_elbo_stops_and_keeps_the_checkpoint(start, tmp_path, digits):
    with pytest.raises(UserError) as caught:
        start("run", Toy(explode_at=3), dataset=digits)  # one chunk an epoch
    for words in ("ELBO became nan in epoch 3", "learning rate of 0.003", "a tenth"):
        assert words in str(caught.value)
    with np.load(tmp_path / "run" / "checkpoint.npz") as checkpoint:
        assert checkpoint["epoch"] == 2
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 3


def test_the_row_of_an_epoch(start, digits, settings):
    toy, history = start("run", Toy(), dataset=digits)
    test_set = batches.evaluation_set(digits.test_images, settings)
    parts = [part.mean() for part in toy.evaluate(**test_set)]
    row = history[-1]
    np.testing.assert_allclose(
        [row["test_elbo"], row["test_log_likelihood"], row["test_kl"]], parts
    )
