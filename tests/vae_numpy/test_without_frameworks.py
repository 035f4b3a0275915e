"""vae_numpy where no framework is installed, on every Python from 3.11 to 3.13."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

FRAMEWORKS = ["tensorflow", "keras", "theano"]
BLOCKED = f"""
import runpy, sys
sys.modules.update(dict.fromkeys({FRAMEWORKS}))  # None: not to be imported
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
TRAIN = ["vae_numpy.train", "--data", "digits", "--epochs", "2"]
VERBS = [
    ("reconstruct", "--images", "0", "1"),
    ("encode",),
    ("sample", "--count", "4"),
    ("interpolate", "--from", "3", "--to", "17"),
    ("evaluate", "--samples", "3"),
]


def succeed(interpreter, *arguments, environment):
    result = subprocess.run(
        [*interpreter, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def train_and_use(interpreter, tmp_path, environment, verbs=VERBS):
    run = str(tmp_path / "run")
    assert "test ELBO" in succeed(
        interpreter, *TRAIN, "--out", run, environment=environment
    )
    assert (tmp_path / "run" / "figures" / "samples.png").exists()
    for verb, *options in verbs:
        succeed(interpreter, "vae_numpy", verb, run, *options, environment=environment)
    more = ["vae_numpy.train", "--resume", run, "--epochs", "3"]
    assert "test ELBO" in succeed(interpreter, *more, environment=environment)


@pytest.mark.parametrize("package", ["vae_tf", "vae_theano"])
def test_a_missing_framework_gets_one_line(package, nowhere):
    result = subprocess.run(
        [sys.executable, "-c", BLOCKED, f"{package}.train", "--data", "digits"],
        cwd=ROOT,
        env=nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: T")
    assert "requirements.txt" in line


@pytest.mark.slow
def test_all_of_it_runs_without_a_framework(tmp_path, nowhere):
    train_and_use([sys.executable, "-c", BLOCKED], tmp_path, nowhere)


@pytest.fixture(params=["3.11", "3.12", "3.13"])
def environment_of(request, tmp_path, monkeypatch):
    """A new environment with requirements-numpy.txt and nothing else -> its Python."""
    program = f"python{request.param}"
    if not shutil.which(program):
        pytest.skip(f"{program} is not on this machine")
    monkeypatch.setenv("PYENV_VERSION", request.param)  # where it is one of pyenv's
    folder = tmp_path / "environment"
    made = run_quietly(program, "-m", "venv", folder)
    if made.returncode:
        pytest.skip(f"{program} makes no environment: {last_line(made)}")
    python = folder / "bin" / "python"
    options = ["--quiet", "--no-compile", "--disable-pip-version-check"]
    requirements = ["-r", ROOT / "requirements-numpy.txt"]
    installed = run_quietly(python, "-m", "pip", "install", *options, *requirements)
    if installed.returncode:
        lines = installed.stderr
        if "No matching distribution" in lines and "from versions: none" not in lines:
            pytest.fail(lines)  # a version that this Python cannot have
        pytest.skip(f"pip cannot install for {program}: {last_line(installed)}")
    return python


def run_quietly(*command):
    return subprocess.run(
        [*map(str, command)], capture_output=True, text=True, timeout=500, check=False
    )


def last_line(result):
    return (result.stderr.strip().splitlines() or ["no reason given"])[-1][:120]


@pytest.mark.slow
def test_in_a_small_environment(environment_of, tmp_path, nowhere):
    for name in FRAMEWORKS:
        assert run_quietly(environment_of, "-c", f"import {name}").returncode == 1
    quiet = nowhere | {"PATH": os.defpath}  # and no compiler of the user's
    train_and_use([str(environment_of), "-m"], tmp_path, quiet, VERBS[-1:])
