"""A run's folder survives mistakes, damage and company."""

import contextlib
import resource

import numpy as np
import pytest

from common import UserError
from common.config import Config
from common.loop import Epoch
from common.models import gan, vae
from common.record import Record
from common.runs import Run

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


@contextlib.contextmanager
def full_disk():
    """No file may grow beyond 1,000 bytes, not even the one pytest reports to."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_keeps_the_last_checkpoint(run):
    before = run.checkpoint_path.read_bytes()
    message = r"checkpoint\.npz: cannot be written \(File too"
    with pytest.raises(UserError, match=message), full_disk():
        run.save([ROW], {"W": np.ones(3000)}, Epoch(2))
    assert run.checkpoint_path.read_bytes() == before
    assert not list(run.path.glob(".*"))


def test_round_trip(run, settings):
    again = Run(run.path)
    again.open()
    config = again.read_config(vae.Settings)
    assert config.settings.parameters() == settings.parameters()
    model = Model(np.zeros(3))
    history, epoch = again.restore(model)
    assert history == [ROW]
    assert epoch == Epoch(2, sums={"elbo": 0.0})
    np.testing.assert_array_equal(model.weight, np.ones(3))


def test_columns_are_the_documented_ones(run):
    header = run.history_path.read_text().splitlines()[0]
    assert header == (
        "epoch,train_elbo,test_elbo,test_log_likelihood,test_kl,learning_rate,seconds"
    )


def test_history_past_the_checkpoint_is_dropped(run):
    """A process killed between the two writes leaves one row too many."""
    text = run.history_path.read_text()
    run.history_path.write_text(text + text.splitlines()[1].replace("1", "2", 1) + "\n")
    history, _ = run.restore(Model(np.zeros(3)))
    assert history == [ROW]


def test_existing_run_needs_overwrite(run):
    with pytest.raises(UserError, match=r"--resume.* --overwrite"):
        Run(run.path).create()
    assert run.checkpoint_path.exists()
    Run(run.path).create(overwrite=True)
    assert not run.checkpoint_path.exists()
    assert not run.history_path.exists()


def test_what_ended_before_it_began_is_no_obstacle(tmp_path):
    (tmp_path / "run" / "figures").mkdir(parents=True)
    for name in (".lock", ".config.json.tmp"):
        (tmp_path / "run" / name).write_text("{")
    run = Run(tmp_path / "run")
    run.create()
    run.unlock()


def test_other_folders_are_never_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="not a run"):
        Run(tmp_path).create(overwrite=True)
    with pytest.raises(UserError, match="not a run"):
        Run(tmp_path / "thesis.txt").create(overwrite=True)
    (tmp_path / "config.json").write_text('{"architectures": ["Bert"]}')
    with pytest.raises(UserError, match="not a run"):
        Run(tmp_path).create(overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_only_one_process_trains_in_a_folder(run):
    first = Run(run.path)
    first.open()
    with pytest.raises(UserError, match="another process"):
        Run(run.path).open()
    first.unlock()
    Run(run.path).open()


def test_stale_temporary_files_are_removed(run):
    stale = [run.path / ".checkpoint.npz.123.tmp", run.figures / ".a.png.123.tmp"]
    run.figures.mkdir(exist_ok=True)
    for path in stale:
        path.write_text("half")
    Run(run.path).open()
    assert not any(path.exists() for path in stale)


def test_not_a_run(tmp_path):
    with pytest.raises(UserError, match=r"not a run \(there is no config.json"):
        Run(tmp_path).open()
    with pytest.raises(UserError, match="not a run"):
        Run(tmp_path / "missing").open()
    assert not list(tmp_path.iterdir())


def test_truncated_or_changed_checkpoint(run):
    content = run.checkpoint_path.read_bytes()
    changed = bytearray(content)
    changed[content.index(np.ones(1).tobytes())] ^= 0xFF
    sizes = 0, 10, len(content) // 2, len(content) - 1
    for damaged in (changed, *(content[:size] for size in sizes)):
        run.checkpoint_path.write_bytes(damaged)
        with pytest.raises(UserError, match="damaged checkpoint"):
            run.restore(Model(np.zeros(3)))


def test_a_run_that_is_resumed_is_never_cleared(run, settings, digits):
    """Its first checkpoint may be still to come."""
    run.checkpoint_path.unlink()
    run.history_path.unlink()
    record = Record(run, run.read_config(), digits, resume=True)
    model = Model(np.zeros(3), settings)
    with pytest.raises(OSError, match="full"), record.recording(model):
        raise OSError("full")
    run.unlock()
    assert run.config_path.exists()


def test_checkpoint_lost(run):
    run.save([ROW, ROW | {"epoch": 2}], {"W": np.ones(3)}, Epoch(3))
    run.checkpoint_path.unlink()
    with pytest.raises(UserError, match=r"checkpoint\.npz: missing"):
        run.restore(Model(np.zeros(3)))


def test_checkpoint_of_another_model(run):
    with pytest.raises(UserError, match=r"W is float64 of shape \(3,\)"):
        run.restore(Model(np.zeros(4)))


@pytest.mark.parametrize("text", ["", "epoch\n1\n", "epoch,train_elbo\nx,y\n"])
def test_damaged_history(run, text):
    run.history_path.write_text(text)
    with pytest.raises(UserError, match="expected rows for epochs 1 to 1"):
        run.restore(Model(np.zeros(3)))


def test_several_sums_come_back_by_name(run):
    sums = dict(zip(gan.Settings.training_sums, (1.5, -2.25, 0.5, 3.0), strict=True))
    epoch = Epoch(2, 200, sums, 0.5)
    run.save([ROW], {"W": np.ones(3)}, epoch)
    _, again = run.read_checkpoint(Model(np.ones(3), gan.Settings))
    assert again == epoch


def test_a_former_checkpoint_has_one_sum_without_a_name(run):
    former = {"epoch": 1, "steps": 300, "total": -317.5, "seconds": 0.25}
    np.savez(run.checkpoint_path, W=np.ones(3), **former)
    _, epoch = run.restore(Model(np.zeros(3)))
    assert epoch == Epoch(2, 300, {"elbo": -317.5}, 0.25)
