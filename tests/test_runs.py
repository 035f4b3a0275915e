"""A run's folder survives mistakes, damage and company."""

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from common import UserError
from common.config import Config
from common.loop import Epoch
from common.models import gan, vae
from common.packages import ROOT
from common.record import Record
from common.runs import Run

HEADER = "epoch,train_elbo,test_elbo,test_log_likelihood,test_kl,learning_rate,seconds"
ROW = dict.fromkeys(vae.Settings.columns(), 1.5) | {"epoch": 1}


class Model:
    """One array, in place of a model with these settings."""

    def __init__(self, weight, settings=vae.Settings):
        self.weight, self.settings_ = weight, settings

    def state(self):
        return {"W": self.weight}

    def load_state(self, state):
        self.weight = state["W"]


@pytest.fixture
def run(tmp_path, settings):
    run = Run(tmp_path / "run")
    run.create()
    Config(settings, "vae_tf", "digits", {"sha256": "0"}).write(run.config_path)
    run.save([ROW], {"W": np.ones(3)}, Epoch(2))
    run.unlock()
    return run


def restore(run, weights=3, settings=vae.Settings):
    """What a model of so many weights reads -> the model, history, epoch"""
    model = Model(np.zeros(weights), settings)
    return model, *run.restore(model)


def test_round_trip(run, settings):
    again = Run(run.path)
    again.lock()
    assert again.history_path.read_text().startswith(f"{HEADER}\n1,1.5000,")
    config = again.read_config(vae.Settings)
    assert config.settings.parameters() == settings.parameters()
    model, history, epoch = restore(again)
    assert (history, epoch) == ([ROW], Epoch(2, sums={"elbo": 0.0}))
    np.testing.assert_array_equal(model.weight, np.ones(3))


@pytest.mark.parametrize("name", [".", "thesis.txt"])
@pytest.mark.parametrize("config", [None, '{"architectures": ["Bert"]}'])
def test_other_folders_are_never_overwritten(tmp_path, name, config):
    (tmp_path / "thesis.txt").write_text("mine")
    if config:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(UserError, match="not a run"):
        Run(tmp_path / name).create(overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_stale_temporary_files_are_removed_and_no_others(run):
    run.figures.mkdir(exist_ok=True)
    before = {*run.path.rglob("*")}
    for name in (".checkpoint.npz.123.tmp", "figures/.a.png.123.tmp"):
        (run.path / name).write_text("of a process that was killed")
    (run.path / ".mine.tmp").write_text("mine")
    (run.path / ".folder.7.tmp").mkdir()
    run.lock()
    run.unlock()
    left = {path.name for path in {*run.path.rglob("*")} - before}
    assert left == {".mine.tmp", ".folder.7.tmp"}


def test_overwriting_a_model_of_weights_alone(tmp_path):
    run = Run(shutil.copytree(ROOT / "pretrained" / "vae", tmp_path / "run"))
    assert run.has_weights_alone()
    run.create(overwrite=True)
    run.unlock()
    assert not run.weights_path.exists()


def test_a_changed_bit_of_a_checkpoint_is_noticed(run):
    changed = bytearray(run.checkpoint_path.read_bytes())
    changed[changed.index(np.ones(1).tobytes())] ^= 1
    run.checkpoint_path.write_bytes(changed)
    with pytest.raises(UserError, match="damaged checkpoint"):
        restore(run)


def test_a_run_that_is_resumed_is_never_cleared(run, settings, digits):
    """Its first checkpoint may be still to come."""
    run.checkpoint_path.unlink()
    run.history_path.unlink()
    config = run.read_config()
    config.settings = more = replace(settings, epochs=9)
    record, model = Record(run, config, digits, resume=True), Model(np.zeros(3), more)
    with pytest.raises(OSError, match="full"), record.recording(model):
        raise OSError("full")
    run.unlock()
    assert run.read_config().settings.epochs == 9  # so that a bare --resume goes on


@pytest.mark.parametrize("name", ["config.json", "history.csv", "checkpoint.npz"])
def test_a_pipe_is_no_file_of_a_run(run, name):
    (run.path / name).unlink()
    os.mkfifo(run.path / name)
    with pytest.raises(UserError, match=f"{name}: not a file"):
        _ = Config.read(run.config_path), restore(run)


IMPOSSIBLE = [("W", [1, np.nan, 1]), ("epoch", 1.5), ("epoch", "two"), ("epoch", -1)]
IMPOSSIBLE += [("steps", 7), ("steps", -100), ("total", np.inf)]


@pytest.mark.parametrize(("name", "value"), IMPOSSIBLE)
def test_checkpoint_with_an_impossible_value(run, name, value):
    with np.load(run.checkpoint_path) as arrays:
        changed = {**arrays, name: np.array(value)}
    np.savez(run.checkpoint_path, **changed)
    with pytest.raises(UserError, match="damaged checkpoint"):
        restore(run)


def test_checkpoint_lost_or_of_another_model(run):
    run.save([ROW, ROW | {"epoch": 2}], {"W": np.ones(3)}, Epoch(3))
    with pytest.raises(UserError, match=r"W is float64 of shape \(3,\)"):
        restore(run, weights=4)
    run.checkpoint_path.unlink()
    with pytest.raises(UserError, match=r"checkpoint\.npz: missing"):
        restore(run)


DAMAGED = ["", "epoch\n1\n", "epoch,train_elbo\nx,y\n"]
DAMAGED += [pytest.param("7" * 200_000, id="beyond the limit of csv")]


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_history(run, text):
    run.history_path.write_text(text)
    with pytest.raises(UserError, match="expected rows for epochs 1 to 1"):
        restore(run)


def test_more_epochs_than_memory_has_room_for(run):
    run.save([ROW], {"W": np.ones(3)}, Epoch(10**12))
    with pytest.raises(UserError, match="expected rows for epochs 1 to 99999999999"):
        restore(run)


@pytest.mark.parametrize(("model", "shape"), [(vae.Settings, ()), (gan.Settings, (4,))])
def test_sums_come_back_by_name(run, model, shape):
    """One is a number in the file, several are an array."""
    sums = dict(zip(model.training_sums, (1.5, -2.25, 0.5, 3.0), strict=False))
    epoch = Epoch(2, 200, sums, 0.5)
    row = dict.fromkeys(model.columns(), 1.5) | {"epoch": 1, "judge_sure": 0.5}
    run.save([row], {"W": np.ones(3)}, epoch)
    assert restore(run, settings=model)[1:] == ([row], epoch)
    assert np.load(run.checkpoint_path)["total"].shape == shape
