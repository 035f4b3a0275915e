"""`python -m vae_tf.train` and its siblings, as a user runs them."""

import csv
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from common.commands.table import Table
from common.models.autoencoder import figures
from common.packages import versions as versions_of
from tests.conftest import MNIST, ROOT, packages_of
from tests.helpers import start

FAST = ["--hidden", 16, "--batch-size", 50, "--epochs", 2]
TWINS = packages_of("vae")


@pytest.fixture
def train(command):
    def run(*arguments, **environment):
        return command("vae_tf.train", *arguments, **environment)

    return run


def rows(run):
    with (run / "history.csv").open() as file:
        return [{**row, "seconds": None} for row in csv.DictReader(file)]


def checkpoint(run):
    """Everything but the seconds, as bytes."""
    with np.load(run / "checkpoint.npz") as arrays:
        return {name: arrays[name].tobytes() for name in arrays if name != "seconds"}


def files(run):
    return sorted(str(p.relative_to(run)) for p in run.rglob("*") if p.is_file())


@pytest.mark.slow
def test_a_run_leaves_what_it_promises(process, tmp_path):
    out = tmp_path / "run"
    options = ["--data", "digits", "--out", out, "--latent-dim", 2, *FAST]
    result = process("vae_tf.train", *options)
    assert result.returncode == 0
    assert result.stderr == ""  # no progress bar: the output is not a terminal
    assert files(out) == [
        "checkpoint.npz",
        "config.json",
        "figures/curves.png",
        "figures/latent.png",
        "figures/manifold.png",
        "figures/reconstructions.png",
        "figures/samples.png",
        "history.csv",
    ]
    config = json.loads((out / "config.json").read_text())
    assert config["package"] == "vae_tf"
    assert config["settings"]["hidden"] == [16]
    assert config["settings"]["seed"] == 0
    assert config["data"]["name"] == "digits"
    assert len(config["data"]["sha256"]) == 64
    assert set(config["versions"]) == {"python", "numpy", "tensorflow", "keras"}
    last = rows(out)[-1]
    assert f"test ELBO {float(last['test_elbo']):.2f} nats" in result.stdout
    parts = float(last["test_log_likelihood"]) - float(last["test_kl"])
    assert float(last["test_elbo"]) == pytest.approx(parts, abs=2e-4)
    assert str(out / "figures") in result.stdout
    assert "next: " in result.stdout
    assert "784-16-2-16-784" in result.stdout


@pytest.mark.slow
def test_quiet(train, tmp_path):
    out = tmp_path / "run"
    result = train("--data", "digits", "--out", out, "--quiet", *FAST)
    assert result.stdout.strip().startswith("test ELBO")
    assert len(result.stdout.strip().splitlines()) == 4
    assert result.stderr == ""


@pytest.mark.slow
def test_without_mnist_it_says_so_and_goes_on_with_digits(train, tmp_path):
    result = train("--out", tmp_path / "run", *FAST)
    assert result.returncode == 0
    assert re.search(
        r"^note: MNIST is not on this machine .*digits", result.stdout, re.M
    )
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["settings"]["data"] == "digits"


@pytest.mark.slow
def test_with_data_mnist_it_stops_instead(train, tmp_path):
    result = train("--data", "mnist", "--out", tmp_path / "run", *FAST)
    begins = "downloading MNIST (11 MB) from "
    assert all(line.startswith(begins) for line in result.stdout.splitlines())
    result.stdout = ""
    one_line(result, "MNIST is not on this machine", "MNIST_PATH", "--data digits")
    assert not (tmp_path / "run").exists()


@MNIST
@pytest.mark.slow
def test_mnist_learns(train, tmp_path):
    """Two epochs of the default network give -107.7 nats; seeds differ by 0.3."""
    out = tmp_path / "run"
    path = os.environ["MNIST_PATH"]
    result = train("--epochs", 2, "--out", out, MNIST_PATH=path)
    assert result.returncode == 0, result.stderr
    assert "60,000 + 10,000 images" in result.stdout
    assert float(rows(out)[-1]["test_elbo"]) > -108.5


@pytest.mark.slow
def test_digits_learn(train, tmp_path):
    out = tmp_path / "run"
    assert train("--data", "digits", "--epochs", 20, "--out", out).returncode == 0
    history = [float(row["test_elbo"]) for row in rows(out)]
    # Independent pixels with the mean image's probabilities reach -206 nats.
    assert history[-1] > -150
    assert history[-1] > history[0] + 20


# Mistakes


def one_line(result, *words):
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--epochs", 0], ["--epochs", "must be a whole number from 1", "not 0"]),
        (["--epochs", 1.5], ["--epochs", "whole number from 1"]),
        (["--hidden", -3], ["--hidden"]),
        (["--hidden"], ["--hidden"]),
        (["--learning-rate", 0], ["--learning-rate", "number from 1e-9"]),
        (["--learning-rate", "nan"], ["--learning-rate", "number from 1e-9"]),
        (["--learning-rate", "inf"], ["--learning-rate", "number from 1e-9"]),
        (["--seed", -1], ["--seed", "whole number from 0"]),
        (["--hidden", 10**30], ["--hidden", "1,000,000"]),
        (["--activation", "gelu"], ["--activation", "relu", "tanh"]),
        (["--latent", 2], ["--latent"]),
        (["extra"], ["extra"]),
        (["--data", "no/such.npz"], ["no/such.npz", "no such file"]),
        (["--data", "digits", "--batch-size", 1501], ["1501", "1500", "--batch-size"]),
        (["--resume", "no/such/run"], ["no/such/run", "not a run"]),
    ],
)
def test_mistakes_get_one_line(train, tmp_path, arguments, words):
    where = [] if "--resume" in arguments else ["--out", tmp_path / "run"]
    one_line(train(*arguments, *where), *words)
    assert not (tmp_path / "run").exists()


def test_a_wrong_mnist_path_is_not_passed_over(train, tmp_path):
    result = train("--out", tmp_path / "run", MNIST_PATH="/no/such.npz")
    one_line(result, "/no/such.npz")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("vae_tf.train", "default: 128"),
        ("autoencoder_tf.train", "default: 200"),
        ("autoencoder_tf.bottleneck", "bottleneck.csv"),
    ],
)
def test_help_does_not_import_tensorflow(program, words):
    code = (
        "import sys; sys.argv[1:] = ['--help']\n"
        "import runpy\n"
        f"try: runpy.run_module({program!r}, run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'scipy', 'matplotlib'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert words in result.stdout


def test_too_high_a_learning_rate(train, tmp_path):
    out = tmp_path / "run"
    result = train("--data", "digits", "--learning-rate", 1000, "--out", out, *FAST)
    assert result.returncode == 2
    assert "learning rate of 1000 is too high" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.slow
def test_an_existing_run_is_kept(train, tmp_path):
    out = tmp_path / "run"
    train("--data", "digits", "--out", out, *FAST)
    before = checkpoint(out)
    again = ["--data", "digits", "--out", out, "--seed", 1, *FAST]
    one_line(train(*again), "--overwrite", "--resume")
    assert checkpoint(out) == before
    assert train(*again, "--overwrite").returncode == 0
    assert checkpoint(out) != before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_out_in_a_folder_that_is_not_ours(train, tmp_path):
    tmp_path.chmod(0o500)
    one_line(train("--data", "digits", "--out", tmp_path / "run"), "not writable")


def test_out_below_a_file(train, tmp_path):
    (tmp_path / "file").write_text("")
    one_line(train("--data", "digits", "--out", tmp_path / "file" / "run"), "writable")


# The twins


@pytest.mark.slow
def test_each_twin_leaves_what_the_first_leaves(process, tmp_path):
    outputs, runs = [], []
    for package in TWINS:
        out = tmp_path / package
        result = process(
            f"{package}.train", "--data", "digits", "--out", out, "--epochs", 2
        )
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        text = result.stdout.replace(package, "PACKAGE")
        outputs.append([line for line in text.splitlines() if "compiles" not in line])
        runs.append(out)
    for run, output in zip(runs[1:], outputs[1:], strict=True):
        assert files(runs[0]) == files(run)
        assert len(outputs[0]) == len(output)
        for ours, twin in zip(outputs[0], output, strict=True):
            assert re.sub(r"[\d.]+", "0", ours) == re.sub(r"[\d.]+", "0", twin)
        for ours, twin in zip(rows(runs[0]), rows(run), strict=True):
            assert float(ours["test_elbo"]) == pytest.approx(
                float(twin["test_elbo"]), abs=0.3
            )
            assert ours["learning_rate"] == twin["learning_rate"]
        assert shapes(runs[0]) == shapes(run)


def shapes(run):
    with np.load(run / "checkpoint.npz") as arrays:
        return {name: (array.shape, array.dtype) for name, array in arrays.items()}


@pytest.mark.slow
@pytest.mark.parametrize("packages", list(itertools.permutations(TWINS, 2)))
def test_a_run_goes_on_in_another_framework(command, tmp_path, monkeypatch, packages):
    """Three epochs here and three there end where six in one framework end."""
    here, there = packages
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    digits = ["--data", "digits", "--epochs", 6]
    assert command(f"{here}.train", *digits, "--out", whole).returncode == 0
    with monkeypatch.context() as patch:
        patch.setattr(Table, "row", interrupt_after(3))
        assert command(f"{here}.train", *digits, "--out", parts).returncode == 130
    assert len(rows(parts)) == 3
    result = command(f"{there}.train", "--resume", parts)
    assert result.returncode == 0, result.stderr
    versions = json.loads((parts / "config.json").read_text())["versions"]
    assert set(versions) >= {*versions_of(here), *versions_of(there)}
    for ours, twin in zip(rows(whole), rows(parts), strict=True):
        assert float(ours["test_elbo"]) == pytest.approx(
            float(twin["test_elbo"]), abs=0.1
        )


def interrupt_after(epoch):
    """What to call after every epoch: it presses Ctrl-C after this one."""

    def row(table, row):
        if row["epoch"] == epoch:
            os.kill(os.getpid(), signal.SIGINT)

    return row


@MNIST
@pytest.mark.slow
def test_whole_runs_on_mnist_agree(command, tmp_path):
    """Five epochs, the same seed: test ELBOs within 0.3 nats at every epoch."""
    histories = []
    for package in TWINS:
        out = tmp_path / package
        path = os.environ["MNIST_PATH"]
        options = ["--epochs", 5, "--quiet", "--out", out]
        result = command(f"{package}.train", *options, MNIST_PATH=path)
        assert result.returncode == 0, result.stderr
        histories.append([float(row["test_elbo"]) for row in rows(out)])
    for history in histories[1:]:
        np.testing.assert_allclose(history, histories[0], atol=0.3, rtol=0)


@pytest.mark.slow
def test_options_from_a_file(command, tmp_path):
    """Of an experiment, or of a run; what is typed goes first."""
    experiment, out = tmp_path / "experiment.json", tmp_path / "run"
    given = {"hidden": [9, 8], "latent_dim": 2, "epochs": 2, "activation": "tanh"}
    experiment.write_text(json.dumps({"settings": given | {"data": "digits"}}))
    program = "vae_numpy.train"
    result = command(program, "--config", experiment, "--epochs", 1, "--out", out)
    assert result.returncode == 0, result.stderr
    settings = json.loads((out / "config.json").read_text())["settings"]
    expected = given | {"data": "digits", "epochs": 1, "learning_rate": 0.003}
    assert settings == settings | expected
    again = tmp_path / "again"
    result = command(program, "--config", out / "config.json", "--out", again)
    assert result.returncode == 0, result.stderr
    assert json.loads((again / "config.json").read_text())["settings"] == settings
    assert rows(again) == rows(out)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"epochs": "3"}', "epochs must be a whole number from 1, not '3'"),
        ('{"settings": {"hidden": 8}}', "not the config.json of a run"),
        ("[1]", "not the config.json of a run"),
        ("epochs: 3", "not the config.json of a run"),
        pytest.param("[" * 100_000, "not the config.json of a run", id="deep"),
        ('{"epoch": 3}', "epoch is no setting of a variational autoencoder"),
        ('{"model": "gan"}', "not the settings of a variational autoencoder"),
        ('{"options": {"penalty": 1}}', "penalty is no setting of a variational"),
    ],
)
def test_a_file_of_options_that_is_wrong(command, tmp_path, text, words):
    path, out = tmp_path / "wrong.json", tmp_path / "run"
    path.write_text(text)
    result = command("vae_numpy.train", "--config", path, "--out", out)
    one_line(result, f"{path}: {words}")
    one_line(command("vae_numpy.train", "--config", tmp_path / "no.json"), "no.json")
    assert not out.exists()


# Resuming


@pytest.mark.slow
def test_raising_the_number_of_epochs(train, tmp_path):
    out = tmp_path / "run"
    train("--data", "digits", "--out", out, *FAST)
    assert train("--resume", out, "--epochs", 3).returncode == 0
    assert [row["epoch"] for row in rows(out)] == ["1", "2", "3"]
    config = json.loads((out / "config.json").read_text())
    assert config["settings"]["epochs"] == 3
    one_line(train("--resume", out, "--epochs", 2), "--epochs 2", "only rise")
    (out / "checkpoint.npz").write_bytes(b"")
    assert "damaged" in train("--resume", out, "--epochs", 9).stderr
    assert json.loads((out / "config.json").read_text()) == config
    one_line(train("--resume", out, "--latent-dim", 3), "--latent-dim")


@pytest.mark.slow
def test_resuming_on_other_data(train, tmp_path, rng):
    arrays = {
        "x_train": rng.integers(0, 256, (60, 28, 28), dtype=np.uint8),
        "y_train": np.arange(60) % 3,
        "x_test": rng.integers(0, 256, (9, 28, 28), dtype=np.uint8),
        "y_test": np.arange(9) % 3,
    }
    path = tmp_path / "data.npz"
    np.savez(path, **arrays)
    out = tmp_path / "run"
    assert train("--data", path, "--out", out, *FAST).returncode == 0
    path.rename(tmp_path / "moved.npz")
    one_line(train("--resume", out), str(path), "no such file")
    assert train("--resume", out, "--data", tmp_path / "moved.npz").returncode == 0
    one_line(train("--resume", out, "--data", "digits"), "not the data", "--data")


def wait_for_epoch(run, epoch, process):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if (run / "history.csv").exists() and len(rows(run)) >= epoch:
            return
        time.sleep(0.01)
    pytest.fail(f"epoch {epoch} was not reached: {process.communicate()}")


# Steps of one image, so that an epoch lasts about half a second and has 15 chunks.
SLOW = ["--data", "digits", "--epochs", 6, "--batch-size", 1, "--hidden", 200]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    out = tmp_path_factory.mktemp("uninterrupted") / "run"
    process = start("-m", "vae_tf.train", *SLOW, "--out", out, cwd=ROOT)
    assert process.wait(timeout=300) == 0
    return checkpoint(out), rows(out)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_killed_in_the_fourth_epoch_and_resumed(
    nowhere, train, tmp_path, uninterrupted, seed
):
    delays = random.Random(seed)
    out = tmp_path / "run"
    for epoch, arguments in [(3, [*SLOW, "--out", out]), (4, ["--resume", out])]:
        process = start("-m", "vae_tf.train", *arguments, cwd=ROOT, env=nowhere)
        wait_for_epoch(out, epoch, process)
        time.sleep(delays.uniform(0, 0.4))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    assert len(rows(out)) < 6
    assert train("--resume", out).returncode == 0
    assert (checkpoint(out), rows(out)) == uninterrupted
    assert not [name for name in files(out) if name.endswith(".tmp")]


@pytest.mark.slow
def test_ctrl_c_saves_and_says_how_to_resume(nowhere, train, tmp_path, uninterrupted):
    out = tmp_path / "run"
    words = ["vae_tf.train", *SLOW, "--out", out]
    process = start("-m", *words, cwd=ROOT, env=nowhere)
    wait_for_epoch(out, 2, process)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"--resume {out}" in stderr
    assert "Traceback" not in stdout + stderr
    assert len(rows(out)) < 6
    assert train("--resume", out).returncode == 0
    assert (checkpoint(out), rows(out)) == uninterrupted


# The warm-up


@pytest.fixture
def autoencoder(command):
    def run(*arguments, **environment):
        options = ["--data", "digits", *arguments]
        return command("autoencoder_tf.train", *options, **environment)

    return run


@pytest.mark.slow
def test_an_autoencoder_leaves_what_it_promises(process, tmp_path):
    out = tmp_path / "run"
    options = ["--data", "digits", "--out", out, "--epochs", 30]
    result = process("autoencoder_tf.train", *options)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert files(out) == [
        "checkpoint.npz",
        "config.json",
        "figures/curves.png",
        "figures/latent.png",
        "figures/reconstructions.png",
        "figures/samples.png",
        "history.csv",
    ]
    settings = json.loads((out / "config.json").read_text())["settings"]
    assert (settings["hidden"], settings["latent_dim"]) == ([], 200)
    assert settings["binarize"] == "none"
    assert "784-200-784, relu" in result.stdout
    assert "KL" not in result.stdout
    assert "ELBO" not in result.stdout
    first, *_, last = rows(out)
    assert list(last) == [
        "epoch",
        "train_log_likelihood",
        "test_log_likelihood",
        "test_mse",
        "learning_rate",
        "seconds",
    ]
    log_px, mse = float(last["test_log_likelihood"]), float(last["test_mse"])
    assert f"{log_px:.2f} nats per image, mean squared error {mse:.5f}" in result.stdout
    assert float(last["test_mse"]) < float(first["test_mse"]) / 4


@pytest.mark.slow
def test_a_run_is_resumed_by_its_own_kind_only(autoencoder, train, tmp_path):
    out = tmp_path / "run"
    small = ["--hidden", 16, "--latent-dim", 2, "--epochs", 1, "--quiet"]
    assert autoencoder("--out", out, *small).returncode == 0
    result = train("--resume", out)
    one_line(result, "a run of an autoencoder", "use autoencoder_tf")


@pytest.mark.slow
def test_an_autoencoder_killed_and_resumed(
    autoencoder, command, nowhere, tmp_path, monkeypatch
):
    monkeypatch.setattr(figures, "default_epochs", lambda images: 1)  # VAE beside it
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    options = ["--epochs", 6, "--batch-size", 1]
    assert autoencoder("--out", whole, *options).returncode == 0
    slow = ["--data", "digits", *options, "--out", parts]
    process = start(nowhere, *slow, package="autoencoder_tf")
    wait_for_epoch(parts, 3, process)
    process.kill()
    process.communicate()
    assert len(rows(parts)) < 6
    result = command("autoencoder_tf.train", "--resume", parts)
    assert result.returncode == 0, result.stderr
    assert (checkpoint(parts), rows(parts)) == (checkpoint(whole), rows(whole))
