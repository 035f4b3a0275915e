"""A run goes from the environment of `make train` to that of `make today`, and back."""

import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.helpers import rows, run, succeed
from tools.environments import TODAY

HERE = Path(sys.executable)
MAIN = ROOT / ".venv" / "bin" / "python"
OTHER = MAIN if HERE == TODAY else TODAY


@pytest.mark.environments
@pytest.mark.skipif(not OTHER.exists(), reason=f"there is no {OTHER}")
def test_each_resumes_what_the_other_trained(tmp_path):
    digits = ["--data", "digits", "--hidden", "16", "--out", "run"]

    def train(python, package, *words):
        program = f"{package}.train", "--quiet", *words
        succeed(run([python, "-m", *program], tmp_path))

    first, second = (
        ("vae_numpy", "vae_jax") if OTHER == MAIN else ("vae_jax", "vae_numpy")
    )
    train(HERE, first, "--epochs", "1", *digits)
    train(OTHER, second, "--resume", "run", "--epochs", "2")
    train(HERE, first, "--resume", "run", "--epochs", "3")
    assert [row["epoch"] for row in rows(tmp_path / "run")] == ["1", "2", "3"]
