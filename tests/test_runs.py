"""A run's folder survives mistakes, damage and company."""

import json
import resource

import numpy as np
import pytest

from common import UserError
from common.runs import COLUMNS, Run, atomic
from common.training import Position

ROW = dict.fromkeys(COLUMNS, 1.5) | {"epoch": 1}


class Model:
    def __init__(self, weight):
        self.weight = weight

    def state(self):
        return {"W": self.weight}

    def load_state(self, state):
        self.weight = state["W"]


@pytest.fixture
def run(tmp_path, settings):
    run = Run.create(tmp_path / "run", {"package": "p", "settings": settings})
    run.save([ROW], {"W": np.ones(3)}, vars(Position(epoch=1)))
    run.unlock()
    return run


def test_atomic_replaces_only_when_complete(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(ValueError), atomic(path) as file:
        file.write(b"half")
        raise ValueError
    assert path.read_text() == "old"
    with atomic(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def full_disk():
    """No file may grow beyond 1,000 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_keeps_the_last_checkpoint(run, full_disk):
    before = run.checkpoint_path.read_bytes()
    with pytest.raises(
        UserError, match=r"checkpoint\.npz: cannot be written \(File too"
    ):
        run.save([ROW], {"W": np.ones(3000)}, vars(Position(epoch=1)))
    assert run.checkpoint_path.read_bytes() == before
    assert not list(run.path.glob(".*"))


def test_round_trip(run, settings):
    again = Run.open(run.path)
    assert again.read_config() == {"package": "p", "settings": settings}
    model = Model(np.zeros(3))
    history, position = again.restore(model)
    assert history == [ROW]
    assert position == Position(epoch=1)
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


def test_existing_run_needs_overwrite(run, settings):
    config = {"package": "p", "settings": settings}
    with pytest.raises(UserError, match=r"--resume .* --overwrite"):
        Run.create(run.path, config)
    assert run.checkpoint_path.exists()
    Run.create(run.path, config, overwrite=True)
    assert not run.checkpoint_path.exists()
    assert not run.history_path.exists()


def test_other_folders_are_never_overwritten(tmp_path, settings):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="not a run"):
        Run.create(tmp_path, {"settings": settings}, overwrite=True)
    with pytest.raises(UserError, match="not a run"):
        Run.create(tmp_path / "thesis.txt", {"settings": settings}, overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_only_one_process_trains_in_a_folder(run):
    first = Run.open(run.path)
    with pytest.raises(UserError, match="another process"):
        Run.open(run.path)
    first.unlock()
    Run.open(run.path)


def test_stale_temporary_files_are_removed(run):
    stale = run.path / ".checkpoint.npz.123.tmp"
    stale.write_text("half")
    Run.open(run.path)
    assert not stale.exists()


def test_not_a_run(tmp_path):
    with pytest.raises(UserError, match=r"not a run \(there is no config.json"):
        Run.open(tmp_path)
    with pytest.raises(UserError, match="not a run"):
        Run.open(tmp_path / "missing")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"settings": {"hidden": 3}}'])
def test_damaged_config(run, text):
    run.config_path.write_text(text)
    with pytest.raises(UserError, match=r"config\.json: damaged"):
        run.read_config()


def test_config_of_another_version(run):
    config = json.loads(run.config_path.read_text())
    config["settings"]["surprise"] = 1
    run.config_path.write_text(json.dumps(config))
    with pytest.raises(UserError, match=r"config\.json: damaged"):
        run.read_config()


def test_truncated_checkpoint(run):
    content = run.checkpoint_path.read_bytes()
    for size in (0, 10, len(content) // 2, len(content) - 1):
        run.checkpoint_path.write_bytes(content[:size])
        with pytest.raises(UserError, match="damaged checkpoint"):
            run.restore(Model(np.zeros(3)))


def test_checkpoint_with_flipped_bytes(run):
    content = bytearray(run.checkpoint_path.read_bytes())
    content[content.index(np.ones(1).tobytes())] ^= 0xFF
    run.checkpoint_path.write_bytes(content)
    with pytest.raises(UserError, match="damaged checkpoint"):
        run.restore(Model(np.zeros(3)))


def test_checkpoint_of_another_model(run):
    with pytest.raises(UserError, match=r"W has shape \(3,\)"):
        run.restore(Model(np.zeros(4)))


@pytest.mark.parametrize("text", ["", "epoch\n1\n", "epoch,train_elbo\nx,y\n"])
def test_damaged_history(run, text):
    run.history_path.write_text(text)
    with pytest.raises(UserError, match="expected rows for epochs 1 to 1"):
        run.restore(Model(np.zeros(3)))
