"""`python -m common.compare`: its mistakes, its table, its report."""

import json
import os
import shutil
import signal
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from common.commands import train
from common.config import Config
from common.images import data
from common.models import autoencoder, vae
from common.packages import ROOT
from common.runs import Run
from tests.conftest import make_settings
from tests.helpers import rows, start
from tests.images.layouts import write_amat
from tools.compare import command as compare
from tools.compare import page as comparison
from tools.compare import trial
from tools.pages.side_by_side import evidence

SMALL = ["--data", "digits", "--epochs", "1", "--latent-dim", "2", "--hidden", "8"]


def mistake(capsys, *argv):
    """The one line of a mistake."""
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(compare.main([*map(str, argv)]))
    stdout, stderr = capsys.readouterr()
    assert ended.value.code == 2
    assert stdout == ""
    assert stderr.count("\n") == 1
    return stderr.removeprefix("error: ").strip()


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], "name two or three to compare, not 0"),
        (["vae_tf"], "name two or three to compare, not 1"),
        (["vae_tf", "vae_tf"], "each can be named once; two runs of one package: "),
        (["vae_tf", "vae_nn"], "vae_nn is no package; choose from "),
        (
            ["autoencoder_tf", "vae_theano"],
            "autoencoder_tf and vae_theano differ in model and framework; compare "
            "packages of one model, or models in one framework",
        ),
        (
            ["vae_tf", "vae_theano", "--data", "digits", "--batch-size", "5000"],
            "--batch-size 5000 is more than there are training images; choose ",
        ),
        (["vae_tf", "vae_theano", "--resume", "x"], "unrecognized arguments: --resume"),
        (["vae_tf", "vae_theano", "--epochs", "0"], "argument --epochs: must be "),
        (
            ["gan_tf", "vae_tf", "--penalty", "1", "--data", "digits"],
            "vae_tf has no --penalty, which gan_tf has",
        ),
        (
            ["gan_tf", "vae_tf", "--activation", "leaky_relu", "--data", "digits"],
            "vae_tf: activation must be one of relu, tanh",
        ),
        (["vae_tf", "--runs", "a", "b"], "name packages to train, or --runs, not both"),
        (["--runs", "a", "b", "--seed", "1"], "--runs are trained already: "),
        (["--runs", "a", "b"], "a: not a run (there is no config.json in it)"),
    ],
)
def test_a_mistake_is_one_line(capsys, tmp_path, monkeypatch, argv, expected):
    monkeypatch.chdir(tmp_path)
    assert mistake(capsys, *argv).startswith(expected)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_comparison_is_kept(capsys, tmp_path):
    (tmp_path / "mine").write_text("precious")
    argv = ["autoencoder_tf", "vae_tf", "--data", "digits", "--out", tmp_path]
    assert "exists and is no comparison" in mistake(capsys, *argv)
    (tmp_path / "report.json").write_text("{}")
    assert "replace it with --overwrite" in mistake(capsys, *argv)
    assert (tmp_path / "mine").read_text() == "precious"


def a_run(path, sha256, package="vae_tf", **changes):
    """A folder with a config.json alone."""
    path.mkdir()
    settings = make_settings(**changes)
    config = Config(settings, package, "digits", {"sha256": sha256})
    config.write(Run(path).config_path)
    return path


def test_runs_of_other_data_are_refused(capsys, tmp_path):
    digits = data.load("digits").sha256
    one, two = a_run(tmp_path / "one", digits), a_run(tmp_path / "two", "0" * 64)
    assert "their data differ" in mistake(capsys, "--runs", one, two)
    line = mistake(capsys, "--runs", two, a_run(tmp_path / "three", "0" * 64))
    assert f"not the data that {two} was trained on" in line


def test_a_run_of_an_unknown_package_is_refused(capsys, tmp_path):
    run = a_run(tmp_path / "run", "0" * 64, "nothing")
    line = mistake(capsys, "--runs", run, run)
    assert line.startswith("nothing is no package; choose from ")


def test_lines_of_code_are_those_that_compute():
    model = (ROOT / "vae_tf" / "model.py").read_text().splitlines()
    assert 70 < compare._lines("vae_tf") < len(model) + 80
    by_hand = (ROOT / "vae_numpy" / "gradient.py").read_text().splitlines()
    more = compare._lines("vae_numpy") - compare._lines("vae_tf")
    assert 20 < more < len(by_hand)


def test_all_models_see_the_same_pixels():
    argv = ["gan_tf", "autoencoder_tf", "vae_tf", "--data", "digits"]
    trials, _ = compare._of_packages(compare._parser(argv).parse_args(argv))
    assert [one.settings.binarize for one in trials] == ["dynamic"] * 3
    assert [one.settings.epochs for one in trials] == [5] * 3


def test_only_what_both_models_have_is_compared(digits):
    trials, results = [], []
    for model in (autoencoder.Settings, vae.Settings):
        settings = make_settings(model.name)
        trials.append(trial.Trial(model.name, f"{model.name}_tf", settings, "digits"))
        numbers = dict.fromkeys([*model.test_measures, "mse"], 0.0)
        results.append({"numbers": numbers, "history": [], "parameters": {0: None}})
    report = compare._report(trials, results, digits)
    titles = [title for title, *_ in report["rows"]]
    error = compare.MEASURES["mse"].title
    lines = compare.MEASURES["lines_of_code"].title
    assert titles == ["test log p(x|z)", error, lines]
    assert report["apart"] == {}
    assert report["differing_settings"]["latent_dim"] == [200, 20]
    assert "importance_samples" not in report["differing_settings"]


class Sender(list):
    """What a trial sends, without another process."""

    send = list.append


def test_a_mistake_in_training_is_a_text(tmp_path, monkeypatch):
    one = trial.Trial("a", "vae_numpy", make_settings(learning_rate=1e3), "digits")
    sender = Sender()
    trial.main(one, tmp_path, sender)
    (text,) = sender
    assert text.startswith("the ELBO became nan in epoch 1: probably a learning rate ")
    monkeypatch.setitem(sys.modules, "resource", None)
    assert trial._peak_memory() == {}


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """One model in two frameworks, trained for an epoch; a folder of a bad name."""
    out = tmp_path_factory.mktemp("comparison") / "<b>&out"
    argv = ["vae_numpy", "vae_tf", *SMALL, "--importance-samples", "2", "--quiet"]
    assert compare.main([*argv, "--out", str(out)]) == 0
    return out


@pytest.mark.slow
def test_frameworks_reach_the_same(compared):
    report = json.loads((compared / "report.json").read_text())
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


@pytest.mark.slow
def test_its_runs_are_those_of_train(compared, tmp_path):
    argv = [*SMALL, "--importance-samples", "2", "--quiet"]
    assert train.main("vae_numpy", argv=[*argv, "--out", str(tmp_path / "run")]) == 0
    run = compared / "vae_numpy"
    assert rows(run) == rows(tmp_path / "run")
    configs = [path / "config.json" for path in (run, tmp_path / "run")]
    assert configs[0].read_bytes() == configs[1].read_bytes()
    assert not (run / ".lock").exists()


@pytest.mark.slow
def test_the_report_is_complete(compared):
    report = json.loads((compared / "report.json").read_text())
    page = (compared / "report.html").read_text()
    for name in report["figures"]:
        assert (compared / name).read_bytes().startswith(b"\x89PNG")
    assert page.count("<img ") == len(report["figures"]) == 3
    assert sorted(path.name for path in compared.parent.iterdir()) == [compared.name]


@pytest.mark.slow
def test_runs_are_compared_as_they_are(compared, tmp_path, capsys, monkeypatch):
    """Without the way that parameters went; their folders may have any name."""
    monkeypatch.setattr(evidence, "measure", lambda names, functions: {})
    other = shutil.copytree(compared / "vae_numpy", tmp_path / "\u4e2d\u202e\x1b")
    argv = ["--runs", compared / "vae_numpy", other, "--out", tmp_path / "out"]
    assert compare.main([*map(str, argv), "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    first, second = (
        json.loads((folder / "report.json").read_text())
        for folder in (compared, tmp_path / "out")
    )
    assert second["apart"] == {}
    assert second["columns"][1]["label"] == "\u4e2d\\u202e\\x1b"
    numbers = second["columns"][1]["numbers"]
    assert not {"peak_memory", "seconds_to_compile"} & set(numbers)
    same = {name: first["columns"][0]["numbers"][name] for name in numbers}
    assert numbers | {"seconds_to_import": 0, "seconds_per_epoch": 0} == pytest.approx(
        same | {"seconds_to_import": 0, "seconds_per_epoch": 0}, rel=1e-6
    )


def in_this_process(one, folder, bar):
    return trial._carry_out(one, folder, Sender())


@pytest.mark.slow
def test_a_comparison_is_there_whole_or_not_at_all(
    compared, tmp_path, monkeypatch, capsys
):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(compare, "_in_a_process", in_this_process)
    monkeypatch.setattr(comparison, "page", interrupted)
    runs = [str(compared / "vae_numpy"), str(compared / "vae_numpy")]
    argv = ["--runs", *runs, "--out", str(tmp_path / "out"), "--quiet"]
    assert compare.main(argv) == 130
    assert capsys.readouterr() == ("", "\ninterrupted\n")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(comparison, "page", lambda *_: "old")
    assert compare.main(argv) == 0
    (tmp_path / "out" / "mine").write_text("precious")
    monkeypatch.setattr(comparison, "page", lambda *_: "new")
    assert compare.main([*argv, "--overwrite"]) == 0
    assert (tmp_path / "out" / "report.html").read_text() == "new"
    assert (tmp_path / "out" / "mine").read_text() == "precious"


def killed(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_is_one_line(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "trial", SimpleNamespace(main=killed))
    argv = ["vae_numpy", "vae_tf", *SMALL, "--quiet", "--out", tmp_path / "out"]
    assert mistake(capsys, *argv) == "vae_numpy: its process was killed, or failed"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["alone", "terminal"])
def test_ctrl_c_leaves_nothing_behind(tmp_path, kill):
    """At a terminal the child is interrupted, too; elsewhere it must be ended."""
    argv = ["vae_numpy", "vae_tf", *SMALL, "--epochs", "100000"]
    process = start(
        *["-m", "common.compare", *argv, "--out", tmp_path / "out"],
        cwd=ROOT,
        start_new_session=True,
    )
    while not list(tmp_path.glob(".compare*/comparison/vae_numpy/history.csv")):
        assert process.poll() is None
        time.sleep(0.1)
    kill(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr.endswith("\ninterrupted\n")
    assert "Traceback" not in stderr
    assert "leaked" not in stderr
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):  # soon, nobody of its group is left
        for _ in range(100):
            os.killpg(process.pid, 0)
            time.sleep(0.1)


# Images that are binarized once and for all


@pytest.fixture
def bits(tmp_path, digits):
    """Some of the digits, as three .amat files."""
    images = np.uint8(digits.train_images > 127)
    parts = {"train": images[:250], "valid": images[250:300], "test": images[300:340]}
    return write_amat(tmp_path / "bits", parts)


def test_compared_packages_are_static_by_themselves(bits):
    argv = ["autoencoder_tf", "vae_tf", "--data", str(bits)]
    trials, _ = compare._of_packages(compare._parser(argv).parse_args(argv))
    assert [one.settings.binarize for one in trials] == ["static"] * 2


def test_a_comparison_does_not_binarize_again(capsys, bits):
    argv = ["vae_tf", "vae_theano", "--data"]
    line = mistake(capsys, *argv, bits, "--binarize", "dynamic")
    assert line.startswith("--binarize dynamic does not suit the images from ")
    line = mistake(capsys, *argv, "digits", "--binarize", "static")
    assert line.startswith("--binarize static does not suit the images from ")


def test_static_and_other_runs_are_not_compared(capsys, tmp_path):
    """Whatever their data: black and white ones are for both."""
    one = a_run(tmp_path / "one", "0" * 64)
    two = a_run(tmp_path / "two", "0" * 64, binarize="static")
    for runs in ([one, two], [two, one]):
        assert "binarized once and for all" in mistake(capsys, "--runs", *runs)
    three = a_run(tmp_path / "three", "0" * 64, binarize="threshold")
    assert "not the data that" in mistake(capsys, "--runs", one, three)
