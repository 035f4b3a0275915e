"""Whatever happens to a run, it has the bits of one to which nothing happened.

A machine trains, replaces, resumes and uses a run, in changing frameworks.  SIGKILL
ends some processes before they touch a file: in between, the folder stays as it is.
"""

import contextlib
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings, stateful
from hypothesis import strategies as st
from matplotlib.figure import Figure

from common import figures, models
from common.commands import train
from common.runs import Run
from tests.helpers import checkpoint, rows
from tests.stress import MANY, contents, forked
from tools import use

TINY = ["--hidden", "4", "--latent-dim", "2", "--batch-size", "8", "--quiet"]
TAKEN = "a run already; continue it with --resume, replace it with --overwrite, or "
TOUCHES = {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir"}  # Python's audits
COMMANDS = ["encode", "evaluate --judge 0 --samples 3", "explore", "sample --count 2"]
COMMANDS += ["interpolate --from 0 --to 5", "reconstruct --images 0 1"]
ANY = {"package": st.integers(0, 1)}
ANY["touches"] = st.none() | st.integers(0, 15) | st.integers(0, 50)


def command(folder, package, words, touches=None, copies=None):
    """A command, until it touches so many files; `copies`: the run after an epoch."""
    models.part("vae", "figures").of_run = lambda *_: {}
    for name in ("interpolation", "latent", "reconstructions", "samples"):
        setattr(figures, name, lambda *_, **__: Figure((1, 1)))
    left = itertools.count() if touches is None else iter(range(touches))

    def kill(event, arguments):
        here = event in TOUCHES and str(arguments[0]).startswith(f"{folder}/run")
        if here and next(left, None) is None:
            if event == "open" and "w" in str(arguments[1]):  # which empties it
                with contextlib.suppress(FileNotFoundError):
                    os.truncate(arguments[0], 0)
            os.kill(os.getpid(), signal.SIGKILL)

    def save(run, history, state, epoch, save=Run.save):
        save(run, history, state, epoch)
        if copies:
            shutil.copytree(run.path, copies / str(epoch.number - 1) / "run")

    Run.save = save
    sys.addaudithook(kill)
    sys.exit((train if words[0][0] == "-" else use).main(package, words))


def written(folder):
    """What commands have written into it, but for pictures and the times in an .npz."""
    files = {p.name: content for p, content in contents(folder).items()}
    for name in [name for name in files if name.endswith(".npz")]:
        with np.load(folder / name) as arrays:
            files[name] = {n: arrays[n].tobytes() for n in arrays}
    return {name: content for name, content in files.items() if name[-4:] != ".png"}


def state(run):
    """The checkpoint, and the history up to it; None if there is no checkpoint."""
    if not (run / "checkpoint.npz").exists():
        return None
    arrays = checkpoint(run)
    return arrays, rows(run)[: int.from_bytes(arrays["epoch"], sys.byteorder)]


@cache
def uninterrupted(base, seed, legs):
    """The folder with copies of such a run after each epoch.

    `legs`: the epoch that each begins after, the epochs then planned, and the package.
    """
    place, (start, epochs, package) = Path(tempfile.mkdtemp(dir=base)), legs[-1]
    words = new(base, place, seed, epochs)
    if start:
        before = uninterrupted(base, seed, legs[:-1]) / str(start)
        shutil.copytree(before / "run", place / "run")
        words = ["--resume", f"{place}/run", "--epochs", str(epochs)]
    assert forked(command, place, package, words, None, place) == 0
    return place


def new(base, folder, seed, epochs):
    words = ["--data", f"{base}/data.npz", "--out", f"{folder}/run", *TINY]
    return [*words, "--seed", str(seed), "--epochs", str(epochs)]


class Histories(stateful.RuleBasedStateMachine):
    base, packages = None, ()

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=self.base))
        self.run, self.past = self.folder / "run", None  # seed, legs, epoch

    def config(self):
        path = self.run / "config.json"
        return json.loads(path.read_text()) if path.exists() else None

    def copy(self, past):
        return uninterrupted(self.base, *past[:2]) / str(past[2]) / "run"

    def call(self, package, words, touches, refusal):
        """Whether it did all its work.  A refusal changes nothing, and says this."""
        before, hidden = contents(self.run), {*self.run.rglob(".*")}
        status = forked(command, self.folder, self.packages[package], words, touches)
        error = (self.folder / "err").read_text()
        if status != -signal.SIGKILL:
            assert status == (2 if refusal else 0), error
            assert {*self.run.rglob(".*")} <= hidden  # no temporary file is left
        if status == 2:
            assert error.startswith("error: ") and error.count("\n") == 1
            assert refusal in error
        assert not refusal or contents(self.run) == before
        return status == 0

    def settle(self, done, seed, legs):
        """A run of these legs stands where it should, or a killed one where it may."""
        start, epochs, _ = legs[-1]
        places = [(seed, legs, n) for n in range(epochs, start, -1)] or [self.past]
        places, found = places[:1] if done else [*places, self.past], state(self.run)
        right = [p for p in places if p and found == state(self.copy(p))]
        assert right or (found is None and not done)
        self.past = right[0] if right else None

    @stateful.rule(
        seed=st.integers(0, 1), epochs=st.integers(1, 3), overwrite=st.booleans(), **ANY
    )
    def train(self, seed, epochs, overwrite, package, touches):
        words = new(self.base, self.folder, seed, epochs) + ["--overwrite"] * overwrite
        refusal = self.config() and not overwrite and TAKEN
        done = self.call(package, words, touches, refusal)
        if not refusal:
            self.settle(done, seed, ((0, epochs, self.packages[package]),))

    @stateful.precondition(lambda self: self.run.exists())
    @stateful.rule(more=st.integers(-1, 2), **ANY)
    def resume(self, more, package, touches):
        config, refusal, history = self.config(), "", self.run / "history.csv"
        epochs = max(1, config["epochs"] + more) if config else 1
        words = ["--resume", f"{self.run}", "--epochs", str(epochs)]
        if not config:
            refusal = "not a run"
        elif epochs < config["epochs"]:
            refusal = "may only rise"
        elif not self.past and history.exists() and len(rows(self.run)) > 1:
            refusal = "missing; start a new run"
        done = self.call(package, words, touches, refusal)
        if not refusal:
            seed, legs, start = self.past or (config["random_state"], (), 0)
            legs = tuple(leg for leg in legs if leg[0] < start)
            if not legs or legs[-1][1:] != (epochs, self.packages[package]):
                legs = (*legs, (start, epochs, self.packages[package]))
            self.settle(done, seed, legs)

    @stateful.precondition(lambda self: self.run.exists())
    @stateful.rule(line=st.sampled_from(COMMANDS), **ANY)
    def use(self, line, package, touches):
        name, *options = line.split()
        refusal = "" if self.past else "No such file" if self.config() else "not a run"
        words = [name, str(self.run), *options]
        if self.call(package, words, touches, refusal):
            copy, planned = self.copy(self.past), self.config()["epochs"]
            place = copy.parent / f"{package}, {planned} epochs" / name
            if not place.exists():
                shutil.copytree(copy, place / "run")
                shutil.copy(self.run / "config.json", place / "run")
                (place / "out").mkdir()
                words = [name, f"{place}/run", *options, "--output", f"{place}/out"]
                program = self.packages[package]
                assert forked(command, copy.parent, program, words) == 0
            assert written(place / "out").items() <= written(self.run).items()


OTHERS = [("vae_numpy", 450), ("vae_tf", 25), ("vae_theano", 25)]


@pytest.fixture
def histories(tmp_path, monkeypatch, rng):
    x = 255 * (rng.random((36, 28, 28)) < 8 / 784)  # images of 8 pixels
    y = np.arange(36) % 3
    arrays = {"x_train": x[:30], "y_train": y[:30], "x_test": x[30:], "y_test": y[30:]}
    np.savez(tmp_path / "data.npz", **arrays)
    monkeypatch.setattr(Histories, "base", tmp_path)
    monkeypatch.setattr(Histories, "packages", ["vae_numpy"] * 2)
    return Histories


@pytest.mark.stress
@pytest.mark.parametrize(("other", "count"), OTHERS if MANY else [("vae_numpy", 20)])
def test_a_run_of_any_history(histories, monkeypatch, other, count):
    monkeypatch.setattr(histories, "packages", ["vae_numpy", other])
    fixed = {"derandomize": True, "database": None, "deadline": None}
    fixed |= {"stateful_step_count": 10, "suppress_health_check": list(HealthCheck)}
    many = settings(max_examples=count, **fixed)
    stateful.run_state_machine_as_test(histories, settings=many)


@pytest.mark.stress
@pytest.mark.parametrize("touches", [8, 10, 14])
def test_a_folder_that_is_being_replaced_can_be_replaced(histories, touches):
    """Also where a command has written into it, and the run is gone already."""
    machine = histories()
    machine.train(0, 1, False, 0, None)
    machine.use("sample --count 2", 0, None)
    machine.train(1, 1, True, 0, touches)
    assert machine.past is None
    machine.train(1, 1, True, 0, None)
