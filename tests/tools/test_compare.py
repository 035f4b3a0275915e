"""`python -m common.compare`: its mistakes, its table, its report."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from common.images import data
from common.packages import ROOT
from common.runs import Run
from tools.compare import command as compare
from tools.compare import page as comparison


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
        (
            ["vae_tf", "vae_tf"],
            "each can be named once; two runs of one package: --runs",
        ),
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
        (["vae_tf", "vae_theano", "--resume", "x"], "--resume cannot be given: "),
        (["vae_tf", "--runs", "a", "b"], "name packages to train, or --runs, not both"),
        (["--runs", "a", "b"], "a: not a run (there is no config.json in it)"),
        (["vae_tf", "vae_theano", "--epochs", "0"], "argument --epochs: must be "),
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
    assert (tmp_path / "mine").read_text() == "precious"


def a_run(path, sha256, package="vae_tf", **changes):
    settings = {
        "model": "vae",
        "data": "digits",
        "epochs": 1,
        "batch_size": 50,
        "hidden": [16],
        "latent_dim": 2,
        "activation": "relu",
        "learning_rate": 0.001,
        "binarize": "dynamic",
        "seed": 0,
    }
    config = {
        "package": package,
        "settings": settings | changes,
        "data": {"sha256": sha256},
        "versions": {},
    }
    path.mkdir()
    Run(path).config_path.write_text(json.dumps(config))
    np.savez(Run(path).checkpoint_path, epoch=1)
    return path


def test_runs_of_other_data_are_refused(capsys, tmp_path):
    digits = data.load("digits").sha256
    one, two = a_run(tmp_path / "one", digits), a_run(tmp_path / "two", "0" * 64)
    line = mistake(capsys, "--runs", one, two)
    assert line.startswith(f"{two}: a run of other data than {one}")
    line = mistake(capsys, "--runs", two, a_run(tmp_path / "three", "0" * 64))
    assert "not the data that" in line


@pytest.mark.parametrize("package", ["nothing", "<script>", None])
def test_a_run_of_an_unknown_package_is_refused(capsys, tmp_path, package):
    run = a_run(tmp_path / "run", "0" * 64, package)
    line = mistake(capsys, "--runs", run, run)
    assert line.endswith("damaged, or of a package that is not here")


def test_lines_of_code_are_those_that_compute():
    text = (ROOT / "vae_tf" / "model.py").read_text()
    assert 20 < compare._lines("vae_tf") < len(text.splitlines()) + 76
    by_hand = (ROOT / "vae_numpy" / "gradient.py").read_text()
    more = compare._lines("vae_numpy") - compare._lines("vae_tf")
    assert 20 < more < len(by_hand.splitlines())


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Two models in one framework, trained for an epoch."""
    out = tmp_path_factory.mktemp("comparison") / "<b>&out"
    small = ["--data", "digits", "--epochs", "1", "--latent-dim", "3", "--hidden", "8"]
    argv = ["autoencoder_tf", "vae_tf", *small, "--out", str(out), "--quiet"]
    assert compare.main(argv) == 0
    return out


@pytest.mark.slow
def test_only_what_both_models_have_is_compared(compared):
    report = json.loads((compared / "report.json").read_text())
    titles = [title for title, *_ in report["rows"]]
    assert "test log p(x|z)" in titles
    assert not any("KL" in title or "log p(x)," in title for title in titles)
    assert report["apart"] == {}
    settings = [column["settings"] for column in report["columns"]]
    assert settings[0]["binarize"] == settings[1]["binarize"] == "dynamic"
    for column in report["columns"]:
        assert column["peak_memory"] > 100e6
        assert column["seconds_to_import"] > 0


@pytest.mark.slow
def test_the_report_is_complete(compared):
    report = json.loads((compared / "report.json").read_text())
    page = (compared / "report.html").read_text()
    for name in report["figures"]:
        assert (compared / name).read_bytes().startswith(b"\x89PNG")
    assert page.count("<img ") == len(report["figures"]) == 3
    assert 'id="autoencoder-vae-model-encode"' in page
    assert sorted(path.name for path in compared.parent.iterdir()) == [compared.name]


@pytest.mark.slow
def test_finished_runs_give_the_same_figures(compared, tmp_path):
    runs = [str(compared / name) for name in ("autoencoder_tf", "vae_tf")]
    argv = ["--runs", *runs, "--out", str(tmp_path / "again"), "--quiet"]
    assert compare.main(argv) == 0
    first, second = (
        json.loads((folder / "report.json").read_text())
        for folder in (compared, tmp_path / "again")
    )
    for a, b in zip(first["columns"], second["columns"], strict=True):
        assert b["test"] == pytest.approx(a["test"], rel=1e-6)
    assert "peak memory, training" not in [title for title, *_ in second["rows"]]


@pytest.mark.slow
def test_a_report_that_is_interrupted_is_not_there(
    compared, tmp_path, monkeypatch, capsys
):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(comparison, "page", interrupted)
    runs = [str(compared / name) for name in ("autoencoder_tf", "vae_tf")]
    argv = ["--runs", *runs, "--out", str(tmp_path / "out"), "--quiet"]
    assert compare.main(argv) == 130
    assert capsys.readouterr() == ("", "\ninterrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["alone", "terminal"])
def test_ctrl_c_leaves_nothing_behind(tmp_path, kill):
    """At a terminal the child is interrupted, too; elsewhere it must be ended."""
    small = ["--data", "digits", "--epochs", "100000", "--hidden", "8"]
    command = [sys.executable, "-m", "common.compare", "vae_numpy", "vae_tf"]
    process = subprocess.Popen(
        [*command, *small, "--out", tmp_path / "out"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while not list(tmp_path.glob(".compare*/vae_numpy/history.csv")):
        assert process.poll() is None
        time.sleep(0.1)
    kill(process.pid, signal.SIGINT)
    try:
        stdout, stderr = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # else it would train for ever
        raise
    assert process.returncode == 130
    assert stdout == b""
    assert stderr.split(b"\n")[-2:] == [b"interrupted", b""]
    assert b"Traceback" not in stderr
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # nobody of its group is left


@pytest.mark.slow
def test_frameworks_reach_the_same(tmp_path):
    small = ["--data", "digits", "--epochs", "1", "--latent-dim", "2", "--hidden", "8"]
    out = tmp_path / "out"
    argv = ["vae_tf", "vae_theano", *small, "--out", str(out), "--quiet"]
    assert compare.main(argv) == 0
    report = json.loads((out / "report.json").read_text())
    tests = [column["test"] for column in report["columns"]]
    assert tests[0] == pytest.approx(tests[1], rel=1e-4)
    assert [*report["apart"]] == ["1", "10", "end"]
    assert all(0 < share[0] < 4e-5 for share in report["apart"].values())
