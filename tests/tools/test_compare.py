"""`python -m common.compare`: its mistakes, its table, its report."""

import json
import os
import shutil
import signal
import time
from unittest import mock

import numpy as np
import pytest

from common.commands import train
from common.config import Config
from common.images import data
from common.models import autoencoder, vae
from common.packages import ROOT
from common.runs import Run
from tests.conftest import make_settings
from tests.helpers import lacking, rows, start
from tests.images.layouts import write_amat
from tools import processes
from tools.compare import command as compare
from tools.compare import page as comparison
from tools.compare import trial
from tools.pages.side_by_side import evidence

SMALL = ["--data", "digits", "--epochs", "1", "--latent-dim", "2", "--hidden", "8"]
SMALL += ["--importance-samples", "2", "--quiet"]


def mistake(capsys, *argv):
    """The one line of a mistake."""
    if text := lacking(argv):
        pytest.skip(text)
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(compare.main([*map(str, argv)]))
    stdout, stderr = capsys.readouterr()
    assert (ended.value.code, stdout, stderr.count("\n")) == (2, "", 1)
    return stderr.removeprefix("error: ").strip()


MISTAKES = [
    ("", "name two or three to compare, not 0"),
    ("vae_tf", "name two or three to compare, not 1"),
    ("vae_tf vae_tf", "each can be named once; two runs of one package: "),
    ("vae_tf vae_nn", "vae_nn is no package; choose from "),
    ("vae_tf vae_theano --resume x", "unrecognized arguments: --resume"),
    ("vae_tf --runs a b", "--runs are trained already: "),
    ("--runs a b", "a: not a run (there is no config.json in it)"),
    ("autoencoder_tf vae_theano", "autoencoder_tf and vae_theano differ in model "),
    ("vae_tf vae_theano --batch-size 5000", "--batch-size 5000 is more than there "),
    ("vae_tf vae_theano --binarize static", "--binarize static does not suit the "),
    ("gan_tf vae_tf --penalty 1", "vae_tf has no --penalty, which gan_tf has"),
    ("gan_tf vae_tf --activation leaky_relu", "vae_tf: activation must be one of "),
]


@pytest.mark.parametrize(("argv", "expected"), MISTAKES)
def test_a_mistake_is_one_line(capsys, tmp_path, monkeypatch, digits, argv, expected):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(data, "load", lambda source: digits)
    assert mistake(capsys, *argv.split()).startswith(expected)
    assert list(tmp_path.iterdir()) == []


def test_runs_that_saw_other_images_are_refused(capsys, tmp_path):
    """Whatever their data: black and white ones are for static runs and for others."""

    def run_of(name, sha256="0" * 64, package="vae_tf", **changes):
        (tmp_path / name).mkdir()
        config = Config(make_settings(**changes), package, "digits", {"sha256": sha256})
        config.write(Run(tmp_path / name).config_path)
        return tmp_path / name

    one, digits = run_of("one"), run_of("digits", data.load("digits").sha256)
    assert "their data differ" in mistake(capsys, "--runs", digits, one)
    static = run_of("static", binarize="static")
    for runs in ([one, static], [static, one]):
        assert "binarized once and for all" in mistake(capsys, "--runs", *runs)
    line = mistake(capsys, "--runs", one, run_of("gray", binarize="threshold"))
    assert f"not the data that {one} was trained on" in line
    unknown = run_of("unknown", package="nothing")
    line = mistake(capsys, "--runs", unknown, unknown)
    assert line.startswith("nothing is no package; choose from ")


def test_lines_of_code_are_those_that_compute():
    model = (ROOT / "vae_tf" / "model.py").read_text().splitlines()
    assert 70 < compare._lines("vae_tf") < len(model) + 80
    by_hand = (ROOT / "vae_numpy" / "gradient.py").read_text().splitlines()
    assert 20 < compare._lines("vae_numpy") - compare._lines("vae_tf") < len(by_hand)


def test_all_models_see_the_same_pixels(tmp_path, digits):
    """What was binarized once and for all is not binarized again."""

    def settings_of(*argv):
        argv = [*map(str, argv)]
        trials, _ = compare._of_packages(compare._parser(argv).parse_args(argv))
        return [config.settings for _, config, _ in trials]

    names = ["gan_tf", "autoencoder_tf", "vae_tf"]
    each = settings_of(*names, "--data", "digits")
    assert [(s.binarize, s.epochs) for s in each] == [("dynamic", 5)] * 3
    images = np.uint8(digits.train_images > 127)
    parts = {"train": images[:250], "valid": images[250:300], "test": images[300:340]}
    each = settings_of(*names[1:], "--data", write_amat(tmp_path / "bits", parts))
    assert [settings.binarize for settings in each] == ["static"] * 2


def test_only_what_both_models_have_is_compared(digits):
    columns = []
    for model in (autoencoder.Settings, vae.Settings):
        column = {"package": f"{model.name}_tf", "model": model.name}
        column["settings"] = make_settings(model.name).parameters()
        column["numbers"] = dict.fromkeys([*model.test_measures, "mse"], 0.0)
        columns.append(column)
    report = compare._report(digits, columns, [{0: None}, {0: None}])
    titles = [title for title, *_ in report["rows"]]
    shared = [compare.MEASURES[n].title for n in ("mse", "epochs", "lines_of_code")]
    assert titles == ["test log p(x|z)", *shared]
    assert report["apart"] == {}
    assert report["differing_settings"]["latent_dim"] == [200, 20]
    assert "importance_samples" not in report["differing_settings"]


@pytest.fixture
def in_this_process(monkeypatch):
    monkeypatch.setattr(processes, "apart", lambda call, *arguments: call(*arguments))


def test_a_mistake_in_training_is_a_line(
    in_this_process, capsys, tmp_path, monkeypatch
):
    """And so is the end of a process that was killed."""
    argv = ["vae_numpy", "vae_tf", *SMALL, "--learning-rate", "1000", "--out"]
    line = mistake(capsys, *argv, tmp_path / "out")
    expected = "vae_numpy: the L_2 became nan in epoch 1: probably a learning rate of "
    assert line.startswith(expected)
    killed = mock.Mock(side_effect=RuntimeError("was killed"))
    monkeypatch.setattr(compare, "carry_out", killed)
    assert mistake(capsys, *argv, tmp_path / "out") == "vae_numpy: was killed"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run that is trained, by NumPy."""
    path = tmp_path_factory.mktemp("runs") / "run"
    assert train.main("vae_numpy", argv=[*SMALL, "--out", str(path)]) == 0
    return path


@pytest.mark.slow
def test_frameworks_reach_the_same(run, tmp_path, monkeypatch, uncompiled):
    """Their runs are those of `train`; the report is whole, in a folder of any name."""
    monkeypatch.setattr(evidence, "DRAWS", 2)
    out = tmp_path / "<b>&out"
    assert compare.main(["vae_numpy", "vae_tf", *SMALL, "--out", str(out)]) == 0
    assert [*tmp_path.iterdir()] == [out]
    report = json.loads((out / "report.json").read_text())
    numbers = [column["numbers"] for column in report["columns"]]
    for name in (*vae.Settings.test_measures, "mse", "log_evidence"):
        assert numbers[0][name] == pytest.approx(numbers[1][name], rel=1e-4)
    assert [*report["apart"]] == ["1", "10", "end"]
    assert all(0 < share[0] < 4e-5 for share in report["apart"].values())
    assert report["differing_settings"] == {}
    for column in report["columns"]:
        assert column["settings"]["importance_samples"] == 2
        assert column["numbers"]["peak_memory"] > 100
        assert column["numbers"]["seconds_to_import"] > 0
        assert column["numbers"]["seconds_to_compile"] > 0
    for name in report["figures"]:
        assert (out / name).read_bytes().startswith(b"\x89PNG")
    page = (out / "report.html").read_text()
    assert page.count("<img ") == len(report["figures"]) == 3
    same = out / "vae_numpy"
    assert rows(same) == rows(run)
    configs = [path / "config.json" for path in (same, run)]
    assert configs[0].read_bytes() == configs[1].read_bytes()
    assert not (same / ".lock").exists()


@pytest.mark.slow
def test_runs_are_compared_as_is(run, in_this_process, tmp_path, capsys, monkeypatch):
    """Without the way that parameters went; their folders may have any name."""
    monkeypatch.setattr(evidence, "measure", lambda *_: {})
    other = shutil.copytree(run, tmp_path / "\u4e2d\u202e\x1b")
    argv = ["--runs", run, other, "--out", tmp_path / "out", "--quiet"]
    assert compare.main([*map(str, argv)]) == 0
    assert capsys.readouterr().err == ""
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["apart"] == {}
    columns = report["columns"]
    assert [column["label"] for column in columns] == ["run", "\u4e2d\\u202e\\x1b"]
    (row,) = rows(run)
    for column in columns:
        numbers = column["numbers"]
        for name in vae.Settings.test_measures:
            assert numbers[name] == pytest.approx(float(row[f"test_{name}"]), abs=1e-3)
        assert not {"peak_memory", "seconds_to_compile"} & set(numbers)
        assert {"mse", "log_evidence", "seconds_per_epoch"} <= set(numbers)


@pytest.mark.slow
def test_a_comparison_is_whole(run, in_this_process, tmp_path, monkeypatch, capsys):
    """Or not there at all."""

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(trial, "_test", lambda *_: {})  # which takes its time,
    monkeypatch.setattr(comparison, "draw", lambda *_: {})  # and so does this
    monkeypatch.setattr(comparison, "page", interrupted)
    argv = ["--runs", str(run), str(run), "--out", str(tmp_path / "out"), "--quiet"]
    assert compare.main(argv) == 130
    assert capsys.readouterr() == ("", "\ninterrupted\n")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(comparison, "page", lambda *_: "old")
    assert compare.main(argv) == 0
    (tmp_path / "out" / "gan_tf").mkdir()  # of packages that are no longer compared
    monkeypatch.setattr(comparison, "page", lambda *_: "new")
    assert compare.main([*argv, "--overwrite"]) == 0
    assert (tmp_path / "out" / "report.html").read_text() == "new"
    names = sorted(path.name for path in tmp_path.rglob("*"))
    assert names == ["out", "report.html", "report.json"]
    capsys.readouterr()
    assert "replace it with --overwrite" in mistake(capsys, *argv)
    (tmp_path / "out" / "mine").touch()
    assert "exists and is no comparison" in mistake(capsys, *argv, "--overwrite")
    assert (tmp_path / "out" / "mine").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["alone", "terminal"])
def test_ctrl_c_leaves_nothing_behind(tmp_path, kill):
    """At a terminal the child is interrupted, too; elsewhere it must be ended."""
    argv = ["vae_numpy", "vae_tf", *SMALL[:-1], "--epochs", "100000"]
    words = ["-m", "common.compare", *argv, "--out", tmp_path / "out"]
    process = start(*words, cwd=ROOT, start_new_session=True)
    while not list(tmp_path.glob(".compare*/comparison/vae_numpy/history.csv")):
        assert process.poll() is None
        time.sleep(0.1)
    kill(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, "")
    assert stderr.endswith("\ninterrupted\n")
    assert "Traceback" not in stderr
    assert "leaked" not in stderr
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):  # soon, nobody of its group is left
        for _ in range(100):
            os.killpg(process.pid, 0)
            time.sleep(0.1)
