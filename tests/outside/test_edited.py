"""Runs, caches and data sets that somebody edited, copied or made by hand."""

import json
import os
import shutil
import zipfile

import numpy as np
import pytest

from common import UserError, judge
from common.commands import train, verbs
from common.images import data
from common.runs import Run
from tests.conftest import ROOT
from vae_numpy import VAE

SMALL = ["--epochs", "1", "--hidden", "8", "--latent-dim", "2"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """A path: random images of ten classes."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 784), dtype=np.uint8)
    labels = np.arange(300) % 10
    path = tmp_path_factory.mktemp("data") / "data.npz"
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    np.savez(path, **arrays)
    return path


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    argv = ["--data", str(dataset), *SMALL, "--quiet", "--out", str(folder)]
    assert train.main("vae_numpy", argv=argv) == 0
    return folder


@pytest.fixture
def run(trained, tmp_path):
    return Run(shutil.copytree(trained, tmp_path / "run"))


def refused(capsys, status, words):
    """Status 2, and one line that says why."""
    err = capsys.readouterr().err
    assert (status, err.count("\n")) == (2, 1), err
    assert err.startswith("error: ")
    assert words in err


def test_overwriting_a_model_of_weights_alone(tmp_path):
    shutil.copytree(ROOT / "pretrained" / "vae", tmp_path / "run")
    run = Run(tmp_path / "run")
    assert run.has_weights_alone()
    run.create(overwrite=True)
    run.unlock()
    assert not run.weights_path.exists()


def test_files_that_are_not_ours_stay(run):
    (run.path / ".mine.tmp").write_text("mine")
    (run.path / ".folder.7.tmp").mkdir()
    (run.path / ".checkpoint.npz.7.tmp").write_text("of a process that was killed")
    run.open()
    run.unlock()
    assert {p.name for p in run.path.glob(".*.tmp")} == {".mine.tmp", ".folder.7.tmp"}


@pytest.mark.parametrize(
    "edit",
    [
        lambda config: config["data"].update(pixels="abc"),
        lambda config: config["data"].update(pixels=-784),
        lambda config: config["data"].update(pixels=10**11),
        lambda config: config.update(versions=None),
        lambda config: config.update(package="\ud800"),
        lambda config: config["settings"].update(learning_rate=10**400),
    ],
)
def test_an_edited_config(run, edit):
    config = json.loads(run.config_path.read_text())
    edit(config)
    run.config_path.write_text(json.dumps(config))
    with pytest.raises(UserError, match=r"config.json: damaged"):
        run.read_config()


def test_a_model_of_python_is_not_resumed(tmp_path, capsys):
    X = np.random.default_rng(0).random((50, 784))
    VAE(latent_dim=2, hidden=(8,), epochs=1).fit(X).save(tmp_path / "saved")
    argv = ["--resume", str(tmp_path / "saved"), "--epochs", "3"]
    refused(capsys, train.main("vae_numpy", argv=argv), "was fitted in Python")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads all")
def test_what_cannot_be_read_is_not_called_damaged(run, dataset):
    run.checkpoint_path.chmod(0)
    with pytest.raises(UserError, match="cannot be read"):
        run.read_config()


def test_one_judged_sample(run, capsys):
    argv = ["evaluate", str(run.path), "--samples", "1", "--judge", "1"]
    refused(capsys, verbs.main("vae_numpy", argv=argv), "--judge 1 is too few")


@pytest.mark.slow
@pytest.mark.parametrize(
    "edit",
    [
        lambda kept: kept.update(landmarks=kept["landmarks"][:, :2]),
        lambda kept: kept.update(classes=kept["classes"][:2]),
        lambda kept: kept.update(real_covariance=kept["real_covariance"] * np.nan),
        lambda kept: kept.update(floor=str(kept["floor"]).replace("0.", '"x')),
    ],
)
def test_an_edited_judge_is_fitted_again(dataset, tmp_path, edit):
    path = tmp_path / "judge.npz"
    found = judge.of(data.load(str(dataset)))
    judge._keep(found, path)
    assert judge._read(path).accuracy == found.accuracy
    with np.load(path) as arrays:
        kept = dict(arrays)
    edit(kept)
    np.savez(path, **kept)
    assert judge._read(path) is None


def test_an_npz_of_what_is_no_array(tmp_path):
    path = tmp_path / "text.npz"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            file.writestr(name, b"hello")
    with pytest.raises(UserError, match="x_train is no array"):
        data.load(str(path))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e300, 2**64 - 1])
def test_labels_without_end(dataset, tmp_path, value):
    with np.load(dataset) as arrays:
        kept = dict(arrays)
    kept["y_train"] = np.full(300, value, np.uint64 if value == 2**64 - 1 else float)
    np.savez(tmp_path / "data.npz", **kept)
    with pytest.raises(UserError, match="training labels are not all numbers below"):
        data.load(str(tmp_path / "data.npz"))


@pytest.mark.parametrize("label", ["inf", "1e30", "1_0"])
def test_labels_without_end_in_a_table(tmp_path, label):
    path = tmp_path / "data.csv"
    header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    row = ",".join(["0"] * 784)
    path.write_text(f"{header}\n{label},{row}\n3,{row}\n")
    with pytest.raises(UserError, match=r"row 2, column 1 \(label\): could not"):
        data.load(str(path))
