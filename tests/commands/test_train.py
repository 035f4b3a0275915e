"""`python -m vae_tf.train` and its siblings, as a user runs them."""

import json
import os
import re
import shlex
import signal

import numpy as np
import pytest

import doorkeeper
from common import packages
from common.commands.table import Table
from common.packages import versions as versions_of
from tests.conftest import MNIST, packages_of
from tests.helpers import checkpoint, files, module, one_line, rows, succeed

FAST = ["--data", "digits", "--hidden", 16, "--batch-size", 50, "--epochs", 2]
TWINS = packages_of("vae")


@pytest.fixture
def train(command):
    """Train in this process; what no framework decides, with NumPy."""

    def run(*arguments, package="vae_numpy", **environment):
        return command(f"{package}.train", *arguments, **environment)

    return run


def left_with(names):
    """The files of a run with these figures."""
    figures = [f"figures/{name}.png" for name in names]
    return ["checkpoint.npz", "config.json", *figures, "history.csv"]


def config(run):
    return json.loads((run / "config.json").read_text())


@pytest.mark.slow
def test_a_run_and_its_twins_leave_what_they_promise(train, tmp_path, monkeypatch):
    """The first in a process of its own."""
    monkeypatch.chdir(tmp_path)
    words = [*FAST, "--latent-dim", 2, "--out"]
    stdout = succeed(module("vae_tf.train", *words, "vae_tf", folder=tmp_path))
    out = tmp_path / "vae_tf"
    names = "curves", "latent", "manifold", "reconstructions", "samples"
    assert files(out) == left_with(names)
    expected = {"package": "vae_tf", "hidden": [16], "random_state": 0}
    assert config(out) == config(out) | expected
    assert config(out)["dataset"]["name"] == "digits"
    assert len(config(out)["dataset"]["sha256"]) == 64
    libraries = {"python", "numpy", "tensorflow", "keras"}
    assert set(config(out)["versions"]) == {"vae-lecture"} | libraries
    last = rows(out)[-1]
    assert f"test ELBO {float(last['test_elbo']):.2f} nats" in stdout
    parts = float(last["test_log_likelihood"]) - float(last["test_kl"])
    assert float(last["test_elbo"]) == pytest.approx(parts, abs=2e-4)
    for said in ("vae_tf/figures", "next: ", "784-16-2-16-784"):
        assert said in stdout
    for package in ("vae_theano", "vae_numpy"):
        run = tmp_path / package
        result = train(*words, package, package=package)
        assert texts(result.stdout, package) == texts(stdout, "vae_tf")
        assert files(run) == files(out)
        assert shapes(run) == shapes(out)
        for ours, theirs in zip(rows(out), rows(run), strict=True):
            elbo = float(theirs["test_elbo"])
            assert float(ours["test_elbo"]) == pytest.approx(elbo, abs=0.3)
            assert ours["learning_rate"] == theirs["learning_rate"]


def texts(output, package):
    """What is printed but for the package and numbers, of any width."""
    lines = output.replace(package, "PACKAGE").splitlines()
    return [re.sub(r" *[\d.]+", " 0", line) for line in lines if "compiles" not in line]


def shapes(run):
    with np.load(run / "checkpoint.npz") as arrays:
        return {name: (array.shape, array.dtype) for name, array in arrays.items()}


@pytest.mark.slow
def test_an_autoencoder_leaves_what_it_promises(train, tmp_path, seed, bounded):
    out = tmp_path / "run"
    words = ["--data", "digits", "--out", out, "--epochs", 30, "--seed", seed]
    stdout = succeed(train(*words, package="autoencoder_tf"))
    assert files(out) == left_with(("curves", "latent", "reconstructions", "samples"))
    assert (config(out)["hidden"], config(out)["latent_dim"]) == ([], 200)
    assert config(out)["binarize"] == "none"
    assert "784-200-784, relu" in stdout
    assert "KL" not in stdout
    assert "ELBO" not in stdout
    first, *_, last = rows(out)
    measures = "train_log_likelihood", "test_log_likelihood", "test_mse"
    assert [*last] == ["epoch", *measures, "learning_rate", "seconds"]
    log_px, mse = float(last["test_log_likelihood"]), float(last["test_mse"])
    assert f"{log_px:.2f} nats per image, mean squared error {mse:.5f}" in stdout
    bounded("MSE", mse / float(first["test_mse"]), high=0.155)  # 0.143 +- 0.002


@pytest.mark.slow
def test_without_mnist_it_says_so_and_goes_on_with_digits(train, tmp_path):
    stdout = succeed(train(*FAST[2:], "--quiet", "--out", tmp_path / "run"))
    *_, note, blank, elbo, _, _, _ = stdout.splitlines()
    assert re.match("note: MNIST is not on this machine .*digits", note)
    assert (blank, elbo[:10]) == ("", "test ELBO ")  # but the result, nothing
    assert config(tmp_path / "run")["data"] == "digits"


def test_with_data_mnist_or_a_wrong_path_it_stops_instead(train, tmp_path):
    result = train("--data", "mnist", "--out", tmp_path / "run")
    begins = "downloading MNIST (11 MB) from "
    assert all(line.startswith(begins) for line in result.stdout.splitlines())
    result.stdout = ""
    one_line(result, "MNIST is not on this machine", "MNIST_PATH", "--data digits")
    one_line(train("--out", tmp_path / "run", MNIST_PATH="no/such.npz"), "no/such.npz")
    assert not (tmp_path / "run").exists()


@MNIST
@pytest.mark.slow
def test_mnist_learns(train, tmp_path, seed, bounded, without_figures):
    """Two epochs of the default network."""
    out, path = tmp_path / "run", os.environ["MNIST_PATH"]
    words = "--epochs", 2, "--seed", seed, "--out", out
    stdout = succeed(train(*words, package="vae_tf", MNIST_PATH=path))
    assert "60,000 + 10,000 images" in stdout
    bounded("ELBO", float(rows(out)[-1]["test_elbo"]), low=-108.5)


@MNIST
@pytest.mark.slow
@pytest.mark.mnist
def test_whole_runs_on_mnist_agree(train, tmp_path):
    """Five epochs, the same seed: test ELBOs within 0.3 nats at every epoch."""
    histories, path = [], os.environ["MNIST_PATH"]
    for package in TWINS:
        options = ["--epochs", 5, "--quiet", "--out", tmp_path / package]
        succeed(train(*options, package=package, MNIST_PATH=path))
        histories.append([float(row["test_elbo"]) for row in rows(tmp_path / package)])
    for history in histories[1:]:
        np.testing.assert_allclose(history, histories[0], atol=0.3, rtol=0)


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--epochs", 0], ["--epochs", "whole number from 1 to 1,000,000, not 0"]),
        (["--hidden"], ["--hidden"]),
        (["--learning-rate", 0], ["--learning-rate", "number from 1e-09 to 1,000"]),
        (["--learning-rate", "nan"], ["--learning-rate"]),
        (["--importance-samples", "many"], ["whole number from 1 to 100, not many"]),
        (["--activation", "gelu"], ["--activation", "relu", "tanh"]),
        (["--latent", 2], ["--latent"]),
        (["extra"], ["extra"]),
        (["--data", "no/such.npz"], ["no/such.npz", "no such file"]),
        (["--data", "digits", "--batch-size", 1501], ["1501", "1500", "--batch-size"]),
        (["--resume", "no/such/run"], ["no/such/run", "not a run"]),
        (["--data", "digits", "--out", "/dev/null/run"], ["run: Not a directory"]),
    ],
)
def test_mistakes_get_one_line(train, tmp_path, arguments, words):
    where = [] if "--resume" in arguments else ["--out", tmp_path / "run"]
    one_line(train(*where, *arguments), *words)
    assert not (tmp_path / "run").exists()


def test_too_high_a_learning_rate(train, tmp_path):
    """In one line: NumPy's warnings do not speak before it."""
    result = train(*FAST, "--learning-rate", 1000, "--out", tmp_path / "run")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "learning rate of 1000 is too high" in line
    assert not (tmp_path / "run").exists()  # so that the advice can be followed


# Options from a file


@pytest.mark.slow
def test_options_from_a_file(train, tmp_path, without_figures):
    """Of an experiment, or of a run; what is typed goes first."""
    experiment, out = tmp_path / "experiment.json", tmp_path / "run"
    options = {"hidden": [9, 8], "latent_dim": 2, "activation": "tanh"}
    options |= {"data": "digits"}
    experiment.write_text(json.dumps(options | {"epochs": 2}))
    succeed(train("--config", experiment, "--epochs", 1, "--out", out))
    assert config(out) == config(out) | options | {"epochs": 1, "learning_rate": 0.003}
    again = tmp_path / "again"
    succeed(train("--config", out / "config.json", "--out", again))
    assert config(again) == config(out)
    assert rows(again) == rows(out)


FILES = [
    ('{"epochs": "3"}', "epochs must be a whole number from 1 to 1,000,000, not '3'"),
    ('{"settings": {"hidden": 8}}', "hidden must be whole numbers from 1 to "),
    ('{"settings": {}, "options": {}}', "options is no setting of a "),
    ("[]", "not the config.json of a run"),
    pytest.param("[" * 10**5, "not the config.json of a run", id="nested"),
    ('{"data": 5}', "data must be a str"),
    ("epochs: 3", "Expecting value: line 1 column 1"),
    ('{"epoch": 3}', "epoch is no setting of a variational autoencoder"),
    ('{"model": "gan"}', "not the settings of a variational autoencoder"),
]


@pytest.mark.parametrize(("text", "words"), FILES)
def test_a_file_of_options_that_is_wrong(train, tmp_path, text, words):
    path, out = tmp_path / "wrong.json", tmp_path / "run"
    path.write_text(text)
    one_line(train("--config", path, "--out", out), f"{path}: {words}")
    one_line(train("--config", tmp_path / "no.json"), "no.json")
    assert not out.exists()


# Resuming


def test_a_finished_run_is_resumed(train, tmp_path, without_figures):
    """It says so, and how to go on; few epochs have no median."""
    out = tmp_path / "run"
    stdout = succeed(train(*FAST[:-2], "--epochs", 1, "--out", out))
    assert re.search(r"^1 epoch, \d+\.\d\d seconds in all$", stdout, re.MULTILINE)
    note = "all epochs of this run are finished; to continue it, give a larger "
    assert note not in stdout
    assert note in succeed(train("--resume", out))
    stdout = succeed(train("--resume", out, "--epochs", 3))
    assert "are finished" not in stdout
    assert re.search(r"^3 epochs, .* seconds each \(median\)$", stdout, re.MULTILINE)
    assert [row["epoch"] for row in rows(out)] == ["1", "2", "3"]
    assert config(out)["epochs"] == 3
    one_line(train("--resume", out, "--latent-dim", 3), "--latent-dim")
    other_model = train("--resume", out, package="autoencoder_tf")
    one_line(other_model, "a run of a variational autoencoder", "use vae_numpy")


@pytest.mark.slow
def test_resuming_on_other_data(train, tmp_path, rng, without_figures):
    path, out = tmp_path / "data.npz", tmp_path / "run"
    train_images, test_images = rng.integers(0, 256, (2, 60, 28, 28), dtype=np.uint8)
    y = np.arange(60) % 3
    np.savez(path, x_train=train_images, y_train=y, x_test=test_images, y_test=y)
    assert train(*FAST, "--data", path, "--out", out).returncode == 0
    path.rename(tmp_path / "moved.npz")
    one_line(train("--resume", out), str(path), "no such file")
    assert train("--resume", out, "--data", tmp_path / "moved.npz").returncode == 0
    one_line(train("--resume", out, "--data", "digits"), "not the data", "--data")


def press_ctrl_c(monkeypatch, owner, name, call):
    """Ctrl-C is pressed during this call of a function."""
    function, calls = getattr(owner, name), []

    def pressing(*arguments, **options):
        calls.append(name)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGINT)
        return function(*arguments, **options)

    monkeypatch.setattr(owner, name, pressing)


def test_ctrl_c_that_a_library_caught(train, tmp_path, monkeypatch):
    monkeypatch.setattr(doorkeeper, "PRESSED", [])
    with pytest.raises(KeyboardInterrupt):
        doorkeeper.ctrl_c()
    result = train("--data", "digits", "--epochs", 2, "--out", tmp_path / "run")
    assert (result.returncode, len(rows(tmp_path / "run"))) == (130, 1)


@pytest.mark.slow
@pytest.mark.parametrize("package", ["autoencoder_tf", "vae_numpy"])
@pytest.mark.usefixtures("without_figures")
def test_an_interruption_changes_no_bit(train, tmp_path, monkeypatch, package):
    """In the middle of the second of three epochs, each of which has two chunks.

    It says what to type.  Compiled or not; test_protocol has each package go on
    exactly, from any state.
    """
    whole, parts = tmp_path / "whole", tmp_path / "a run"
    words = ["--data", "digits", "--hidden", 16, "--latent-dim", 2]
    words += ["--batch-size", 10, "--epochs", 3]
    assert train(*words, "--out", whole, package=package).returncode == 0
    with monkeypatch.context() as patch:
        press_ctrl_c(patch, packages.estimator(package).Network, "train", call=3)
        result = train(*words, "--out", parts, package=package)
    assert (result.returncode, len(rows(parts))) == (130, 1)
    with np.load(parts / "checkpoint.npz") as arrays:
        assert (arrays["epoch"], arrays["steps"]) == (1, 100)  # of 150
    line = result.stderr.removeprefix("interrupted; go on with: ")
    assert line.endswith(f" -m {package}.train --resume '{parts}'\n")
    assert train(*shlex.split(line)[3:], package=package).returncode == 0
    assert (checkpoint(parts), rows(parts)) == (checkpoint(whole), rows(whole))


@pytest.mark.slow
def test_runs_go_on_in_another_framework(train, tmp_path, monkeypatch, without_figures):
    """An epoch in each, and one in the first again, end where as many of it end."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    cycle = *TWINS, TWINS[0]
    words = ["--data", "digits", "--epochs", len(cycle), "--hidden", 64]
    assert train(*words, "--out", whole, package=cycle[0]).returncode == 0
    words += ["--out", parts]
    for package in cycle:
        with monkeypatch.context() as patch:
            press_ctrl_c(patch, Table, "report", call=1)
            result = train(*words, package=package)
        assert result.returncode in (0, 130), result.stderr
        words = ["--resume", parts]
    assert result.returncode == 0
    assert {*config(parts)["versions"]} >= {n for p in cycle for n in versions_of(p)}
    for ours, twin in zip(rows(whole), rows(parts), strict=True):
        elbo = float(twin["test_elbo"])
        assert float(ours["test_elbo"]) == pytest.approx(elbo, abs=0.1)
