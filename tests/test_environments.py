"""The NumPy program in environments of its own, with no framework installed."""

import subprocess

import pytest

from tests.conftest import ROOT

UV = ROOT / ".uv" / "bin" / "uv"


@pytest.fixture
def run(nowhere):
    def call(*words):
        environment = nowhere | {"MPLBACKEND": "agg"}
        done = subprocess.run(
            [*map(str, words)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


@pytest.mark.environments
@pytest.mark.skipif(not UV.exists(), reason="make installs .uv/bin/uv")
@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
def test_what_requirements_name_is_enough(run, tmp_path, resolution):
    """The oldest versions that requirements-numpy.txt allows, and the newest."""
    python, out = tmp_path / "environment/bin/python", tmp_path / "run"
    subprocess.run([UV, "venv", "-q", tmp_path / "environment"], check=True)
    install = [UV, "pip", "install", "-q", "--python", python, "--resolution"]
    done = subprocess.run(
        [*install, resolution, "-r", ROOT / "requirements-numpy.txt"],
        capture_output=True,
        text=True,
    )
    if "dns error" in done.stderr or "error sending request" in done.stderr:
        pytest.skip("there is no network")
    assert done.returncode == 0, done.stderr
    digits = ["--data", "digits", "--epochs", 1, "--hidden", 8, "--out", out]
    assert "test ELBO" in run(python, "-m", "vae_numpy.train", *digits)
    assert "epochs" in run(python, "-m", "vae_numpy.train", "--resume", out)
    for command in ("reconstruct", "encode", "sample", "explore"):
        assert str(out) in run(python, "-m", "vae_numpy", command, out)
    evaluate = "vae_numpy", "evaluate", out, "--samples", 2, "--judge", 300
    assert "the judge" in run(python, "-m", *evaluate)
