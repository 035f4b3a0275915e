"""The NumPy program in environments of its own; a run that goes from one to another."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import doorkeeper
from common import packages
from tests.conftest import LEFT_OUT, PACKAGES, ROOT
from tests.helpers import EVERY, rows, run, succeed
from tools.environments import TODAY

UV = ROOT / ".uv" / "bin" / "uv"
HERE, MAIN = Path(sys.executable), ROOT / ".venv" / "bin" / "python"
OTHER = MAIN if HERE == TODAY else TODAY


@pytest.mark.environments
@pytest.mark.skipif(not UV.exists(), reason="make installs .uv/bin/uv")
@pytest.mark.parametrize(
    ("resolution", "what", "path"),
    [
        ("highest", ["-r", ROOT / "requirements-numpy.txt"], ROOT),
        ("lowest-direct", ["-e", ROOT], None),
    ],
)
def test_what_requirements_name_is_enough(tmp_path, resolution, what, path):
    """The newest versions, and the oldest, with the project itself installed."""
    python = tmp_path / "environment/bin/python"

    def program(*words):
        changes = {"MPLBACKEND": "agg", "PYTHONPATH": path and str(path)}
        result = run([python, "-m", *map(str, words)], tmp_path, **changes)
        assert result.returncode == 0, result.stderr
        return result.stdout

    subprocess.run([UV, "venv", "-q", tmp_path / "environment"], check=True)
    install = [UV, "pip", "install", "-q", "--python", python, "--resolution"]
    done = subprocess.run([*install, resolution, *what], capture_output=True, text=True)
    if "dns error" in done.stderr or "error sending request" in done.stderr:
        pytest.skip("there is no network")
    assert done.returncode == 0, done.stderr
    digits = ["--data", "digits", "--epochs", 1, "--hidden", 8, "--out", "run"]
    assert "test ELBO" in program("vae_numpy.train", *digits)
    assert "epochs" in program("vae_numpy.train", "--resume", "run")
    for command in ("reconstruct", "encode", "sample", "explore"):
        assert "run" in program("vae_numpy", command, "run")
    evaluate = "vae_numpy", "evaluate", "run", "--samples", 2, "--judge", 300
    assert "the judge" in program(*evaluate)


@pytest.mark.environments
@pytest.mark.skipif(not OTHER.exists(), reason=f"there is no {OTHER}")
def test_each_resumes_what_the_other_trained(tmp_path):
    """From the environment of `make train` to that of `make today`, and back."""
    digits = ["--data", "digits", "--hidden", "16", "--out", "run"]

    def train(python, package, *words):
        succeed(run([python, "-m", f"{package}.train", "--quiet", *words], tmp_path))

    first, second = (
        ("vae_numpy", "vae_jax") if OTHER == MAIN else ("vae_jax", "vae_numpy")
    )
    train(HERE, first, "--epochs", "1", *digits)
    train(OTHER, second, "--resume", "run", "--epochs", "2")
    train(HERE, first, "--resume", "run", "--epochs", "3")
    assert [row["epoch"] for row in rows(tmp_path / "run")] == ["1", "2", "3"]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="another environment")
def test_the_main_environment_has_all_that_make_train_installs():
    """Else tests would be left out, and nobody would miss them."""
    frameworks = {name: packages.framework(name) for name in EVERY}
    elsewhere = {f for f in frameworks.values() if "today" in doorkeeper._home(f)[1]}
    assert elsewhere == {"torch", "pytensor"}
    assert {*LEFT_OUT.values()} <= elsewhere
    assert [name for name in EVERY if frameworks[name] not in elsewhere] == PACKAGES


def test_pip_settings_of_others_do_not_count(tmp_path):
    """What `make` types, as a python3.11 that only says it."""
    python = tmp_path / "python3.11"
    names = "PIP_REQUIRE_VIRTUALENV", "PIP_REQUIRE_HASHES", "PIP_ROOT"
    values = " ".join(f"[${name}]" for name in names)
    python.write_text(f'#!/bin/sh\necho "{values} $@"\n')
    python.chmod(0o755)
    changes = {"PATH": f"{tmp_path}:{os.environ['PATH']}"} | dict.fromkeys(names, "1")
    changes |= {"MAKEFLAGS": None, "MAKELEVEL": None}  # of the make that runs the tests
    result = run(["make", "-f", ROOT / "Makefile", ".uv/bin/uv"], tmp_path, **changes)
    start = "[0] [0] [] -m pip install -q --no-user --prefix= --target .uv uv=="
    assert succeed(result).startswith(start)
