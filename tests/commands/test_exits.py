"""However a program ends, it ends with one line, or with none."""

import io
import re
import shlex
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

import doorkeeper
from common.commands import command_line
from common.images import data
from common.settings import Settings
from experiments import bottleneck
from tests.helpers import environment, module, one_line, run, start, succeed

PYTHON = shlex.quote(sys.executable)
SMALL = ("--data", "digits", "--epochs", "1", "--latent-dim", "2", "--hidden", "10")
TRAIN = f"{PYTHON} -m vae_numpy.train {shlex.join(SMALL)}"


def test_any_path_can_be_printed(tmp_path):
    name, ascii_only = "\u00fcber.npz", {"PYTHONIOENCODING": "ascii"}
    result = module("vae_tf.train", "--data", name, folder=tmp_path, **ascii_only)
    assert result.stderr == "error: \\xfcber.npz: no such file or folder\n"
    assert result.returncode == 2


def test_a_notebook_runs_commands_too(monkeypatch):
    """As `%run -m vae_tf.train`, with a stream that cannot be set."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    command_line.Parser(prog="train").print_help()
    assert sys.stdout.getvalue().startswith("usage: train")


@pytest.mark.parametrize("words", ["vae_tf.train --help", "vae_tf --help"])
def test_nobody_reads_the_help(tmp_path, words):
    line = f"{PYTHON} -u -m {words} | true; {PYTHON} -m {words} | true"
    assert run(line, tmp_path).stderr == ""


@pytest.mark.slow
def test_closed_streams(tmp_path):
    succeed(run(f"{TRAIN} --out run >&- 2>&- <&-", tmp_path))
    assert (tmp_path / "run" / "figures" / "samples.png").read_bytes()[1:4] == b"PNG"


@pytest.mark.slow
def test_nobody_reads_the_table(tmp_path):
    result = run(f"{TRAIN} --epochs 60 --out run | head -n 1", tmp_path)
    assert result.stdout.startswith("data   digits")
    assert result.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_the_disk_of_what_is_printed_is_full(tmp_path):
    result = run(f"{TRAIN} >/dev/full", tmp_path)
    one_line(result, "standard output: No space left on device")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_early_end_leaves_no_folder(tmp_path, number):
    words = ["-m", "vae_numpy.train", *SMALL, "--epochs", 9999, "--out", "run"]
    process = start(*words, cwd=tmp_path, env=environment(tmp_path))
    process.stdout.readline()  # of the data, with which the folder is there
    process.send_signal(number)
    process.communicate()
    assert process.returncode == 128 + number
    left = tmp_path / "run"
    assert not left.exists() or (left / "checkpoint.npz").exists()


def test_no_thread_can_be_started(capsys):
    def command():
        raise RuntimeError("can't start new thread")

    assert command_line.exit_status(command) == 2
    line = "can't start new thread; ulimit -u, or pids.max of a container, allows too "
    assert capsys.readouterr().err == f"error: {line}few\n"


def test_a_bug_says_that_it_is_one(capsys):
    def command():
        return {}["missing"]

    assert command_line.exit_status(command) == doorkeeper.BUG
    stdout, stderr = capsys.readouterr()
    line = re.fullmatch(
        r"error: KeyError: 'missing'; this is a bug of the program: please report it "
        r"with the file (\S+)\n",
        stderr,
    )
    text = Path(line[1]).read_text()
    Path(line[1]).unlink()
    assert text.startswith("Traceback")
    assert text.endswith("KeyError: 'missing'\n")
    assert stdout == ""


def test_a_program_is_no_command(command):
    for package, word in [("vae_tf", "train"), ("autoencoder_tf", "bottleneck")]:
        result = command(package, word, "--epochs", "1")
        one_line(result, f"type python -m {package}.{word} (--help lists")
    one_line(command("vae_tf", "bottleneck"), "invalid choice: 'bottleneck'")


# What is printed can be typed


def next_step(text):
    """The command that training ends with, without the remark after it."""
    [line] = [line for line in text.splitlines() if line.startswith("next: ")]
    return re.sub(r"   \(.*\)$", "", line.removeprefix("next: "))


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize(
    ("package", "out"),
    [("autoencoder_tf", "latest"), ("gan_tf", "a b"), ("vae_numpy", "it's/\u00fc ber")],
)
def test_next_with_few_images(package, out, tmp_path, command, monkeypatch):
    """In folders with any name, one of which stands for the newest run elsewhere."""
    digits = data.load("digits")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bottleneck, "SIZES", (2,))
    monkeypatch.setattr(Settings, "default_epochs", lambda *_: 1)
    x, y = digits.test_images, digits.test_labels
    np.savez("it's.npz", x_train=x[:5], y_train=y[:5], x_test=x[:2], y_test=y[:2])
    step, steps = f'python -m {package}.train --data "it\'s.npz" --out "{out}"', 0
    while step:
        _, _, program, *words = shlex.split(step)
        stdout = succeed(command(program, *words))
        step = "next: " in stdout and next_step(stdout)
        steps += 1
    assert steps == (3 if package.startswith("vae") else 2)


@pytest.mark.parametrize("folder", ["x=y", "my folder"])
def test_an_interpreter_that_can_be_typed(folder, tmp_path, monkeypatch):
    python = tmp_path / folder / "python"
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command_line.shell_quoted(command_line.interpreter()))
    assert words == [str(python) if "=" in folder else f"{folder}/python"]
