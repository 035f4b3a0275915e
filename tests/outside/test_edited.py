"""Runs, caches and data sets that somebody edited, copied or made by hand."""

import json
import os
import shutil

import numpy as np
import pytest

from common import UserError, judge
from common.commands import train, verbs
from common.images import data
from common.runs import Run
from tests.conftest import ROOT
from tools.compare import command as compare
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


@pytest.mark.slow
def test_a_gan_that_was_compared_is_trained_further(dataset, tmp_path):
    """Nobody judged its samples, so nobody does later."""
    out = tmp_path / "out"
    argv = ["gan_tf", "vae_tf", "--data", str(dataset), *SMALL, "--out", str(out)]
    assert compare.main([*argv, "--quiet"]) == 0
    argv = ["--resume", str(out / "gan_tf"), "--epochs", "2", "--quiet"]
    assert train.main("gan_tf", argv=argv) == 0
    assert len((out / "gan_tf" / "history.csv").read_text().splitlines()) == 3


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


@pytest.mark.slow
def test_runs_are_compared_as_they_are(trained, tmp_path, capsys):
    """No option of training, no way that parameters went, any name of a folder."""
    other = shutil.copytree(trained, tmp_path / "\u4e2d\u202e\x1b")
    given = ["--runs", str(trained), str(other), "--out", str(tmp_path / "out")]
    status = compare.main([*given, "--epochs", "7"])
    refused(capsys, status, "--epochs cannot be given with --runs")
    assert compare.main([*given, "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["apart"] == {}
    assert report["columns"][1]["label"] == "\u4e2d\\u202e\\x1b"
    refused(capsys, compare.main(["--runs", "latest", str(trained)]), "the folders of")
    weights = str(ROOT / "pretrained" / "vae")
    refused(capsys, compare.main(["--runs", weights, str(trained)]), "weights alone")


def test_a_comparison_has_its_own_options(dataset, capsys):
    argv = ["vae_numpy", "vae_tf", "--config", str(dataset)]
    refused(capsys, compare.main(argv), "--config cannot be given")


def test_an_option_that_only_one_model_has(dataset, capsys):
    argv = ["gan_tf", "vae_tf", "--activation", "leaky_relu", "--data", str(dataset)]
    refused(capsys, compare.main(argv), "vae_tf: activation must be one of")
