"""However a program ends, it ends with one line, or with none."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from common import packages
from common.commands import command_line, train
from common.images import data
from tests.helpers import start
from tests.outside.shell import ROOT, SMALL, environment, module, run
from tools import bottleneck

PYTHON = shlex.quote(sys.executable)
POSIX = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_any_path_can_be_printed(tmp_path, encoding):
    name = "données-日本.npz"
    result = module(
        "vae_tf.train", "--data", name, folder=tmp_path, PYTHONIOENCODING=encoding
    )
    shown = name.encode(encoding, "backslashreplace").decode(encoding)
    assert result.stderr == f"error: {shown}: no such file or folder\n"
    assert result.returncode == 2


@POSIX
@pytest.mark.parametrize("words", ["vae_tf.train --help", "vae_tf --help"])
def test_nobody_reads_the_help(tmp_path, words):
    line = f"{PYTHON} -u -m {words} | true; {PYTHON} -m {words} | true"
    assert run(line, tmp_path).stderr == ""


@POSIX
def test_nobody_reads_the_table(tmp_path):
    words = shlex.join(SMALL).replace("--epochs 1", "--epochs 60")
    line = f"{PYTHON} -m vae_numpy.train {words} --out run | head -n 1"
    result = run(line, tmp_path)
    assert result.stdout.startswith("data   digits")
    assert result.stderr == ""


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    ("package", "closed"),
    [("vae_numpy", "2>&-"), ("vae_numpy", ">&-"), ("vae_tf", ">&- 2>&- <&-")],
)
def test_closed_streams(tmp_path, package, closed):
    words = shlex.join(SMALL)
    result = run(f"{PYTHON} -m {package}.train {words} --out run {closed}", tmp_path)
    assert result.returncode == 0
    assert result.stderr == ""
    assert (tmp_path / "run" / "figures" / "samples.png").read_bytes()[1:4] == b"PNG"


def test_a_bug_says_that_it_is_one(capsys):
    def command():
        return {}["missing"]

    assert command_line.answer(command) == 70
    stdout, stderr = capsys.readouterr()
    line = re.fullmatch(
        r"error: KeyError: 'missing' \(test_exits.py, line \d+\); this is a bug of "
        r"the program: please report it with the file (\S+)\n",
        stderr,
    )
    text = Path(line[1]).read_text()
    Path(line[1]).unlink()
    assert text.startswith("Traceback")
    assert text.endswith("KeyError: 'missing'\n")
    assert stdout == ""


DOORS = [
    "autoencoder_tf/bottleneck.py",
    *(
        str(path.relative_to(ROOT))
        for package in ROOT.glob("*_*/model.py")
        for path in (package.parent / "train.py", package.parent / "__main__.py")
    ),
    "common/compare.py",
]


@pytest.mark.parametrize("door", DOORS)
def test_a_file_is_no_door(tmp_path, door):
    result = run([sys.executable, str(ROOT / door)], tmp_path, PYTHONPATH=None)
    name = door.removesuffix(".py").removesuffix("/__main__").replace("/", ".")
    assert result.stderr == f"error: type this as python -m {name}\n"
    assert result.returncode == 2


def test_a_program_is_no_verb(tmp_path):
    for package, word in [("vae_tf", "train"), ("autoencoder_tf", "bottleneck")]:
        result = module(package, word, "--epochs", "1", folder=tmp_path)
        assert result.stderr == (
            f"error: {word} is no verb; type python -m {package}.{word} (--help lists "
            "the options)\n"
        )
        assert result.returncode == 2
    result = module("vae_tf", "bottleneck", folder=tmp_path)
    assert "invalid choice: 'bottleneck'" in result.stderr


@pytest.mark.slow
def test_without_docstrings(tmp_path):
    trained = module(
        "vae_tf.train", *SMALL, "--out", "run", folder=tmp_path, options=["-OO"]
    )
    assert (trained.returncode, trained.stderr) == (0, "")
    sampled = module("vae_tf", "sample", "run", folder=tmp_path, options=["-OO"])
    assert (sampled.returncode, sampled.stderr) == (0, "")
    for name in ("vae_tf", "vae_theano.train", "autoencoder_tf.bottleneck"):
        assert module(name, "--help", folder=tmp_path, options=["-OO"]).returncode == 0


@pytest.mark.slow
def test_theano_without_docstrings(tmp_path):
    result = module("vae_theano.train", *SMALL, folder=tmp_path, options=["-OO"])
    assert result.stderr == (
        "error: Theano needs docstrings: type python or python -O, not -OO\n"
    )
    assert result.returncode == 2


# What is printed can be typed


def printed(text, start):
    """The command behind `start`, without the remark after it."""
    [line] = [line for line in text.splitlines() if line.startswith(start)]
    return re.sub(r"   \(.*\)$", "", line.removeprefix(start))


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("place", [None, "-it's/ü ber"])
def test_next(tmp_path, place):
    folder = tmp_path / "my folder"
    folder.mkdir()
    where = [] if place is None else [f"--out={place}"]
    trained = module("vae_numpy.train", *SMALL, *where, folder=folder)
    assert (trained.returncode, trained.stderr) == (0, "")
    [run_] = [path.parent for path in folder.rglob("checkpoint.npz")]
    assert list(folder.rglob("interpolate.png")) == []
    result = run(printed(trained.stdout, "next: "), folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert list(folder.rglob("interpolate.png")) == [run_ / "interpolate.png"]


@POSIX
def test_a_run_is_no_option_and_not_the_newest():
    assert train._place(Path("-x")) == "./-x"
    assert train._place(Path("latest")) == "./latest"
    assert train._place(Path("a/b c")) == "'a/b c'"


PACKAGES = [p for p in packages.every() if not p.endswith("_theano")]  # twins


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("package", PACKAGES)
def test_next_with_few_images(package, tmp_path, command, monkeypatch):
    digits = data.load("digits")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bottleneck, "SIZES", (2,))
    for program in (train, bottleneck):
        monkeypatch.setattr(program, "default_epochs", lambda *_: 1)
    x, y = digits.test_images, digits.test_labels
    np.savez("it's.npz", x_train=x[:5], y_train=y[:5], x_test=x[:2], y_test=y[:2])
    step, steps = f'python -m {package}.train --data "it\'s.npz" --hidden 10', 0
    while step:
        _, _, module, *words = shlex.split(step)
        result = command(module, *words)
        assert (result.returncode, result.stderr) == (0, ""), step
        step = "next: " in result.stdout and printed(result.stdout, "next: ")
        steps += 1
    assert steps == (3 if package.startswith("vae") else 2)


@pytest.mark.slow
@POSIX
def test_going_on_after_an_interruption(tmp_path):
    import signal

    folder = tmp_path / "my folder"
    folder.mkdir()
    words = ["vae_numpy.train", *SMALL, "--epochs", "400", "--out=-a run"]
    process = start("-m", *words, cwd=folder, env=environment(folder))
    for line in process.stdout:
        if "/400" in line:
            break
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    line = printed(stderr, "interrupted; go on with: ")
    assert line.endswith("-m vae_numpy.train --resume './-a run'")
    second = subprocess.Popen(
        f"exec {line}",
        cwd=folder,
        env=environment(folder),
        shell=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert any("/400" in line for line in second.stdout)  # it goes on
    second.kill()
    second.wait()
