"""vae_numpy where no framework is installed; the workflows try it on three Pythons."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.helpers import one_line

BLOCKED = """
import runpy, shlex, sys
sys.modules.update(dict.fromkeys(["tensorflow", "keras", "theano"]))  # no imports
for line in sys.argv[1:]:
    sys.argv = shlex.split(line)
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code:
            raise
"""


@pytest.fixture
def without_frameworks(nowhere):
    """Run programs one after the other, each a line, in one process."""

    def run(*lines):
        return subprocess.run(
            [sys.executable, "-c", BLOCKED, *lines],
            cwd=ROOT,
            env=nowhere,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.mark.parametrize("package", ["vae_tf", "vae_theano"])
def test_a_missing_framework_gets_one_line(package, without_frameworks):
    result = without_frameworks(f"{package}.train --data digits --quiet")
    one_line(result, "error: T", "requirements.txt")


def test_all_of_it_runs_without_a_framework(tmp_path, without_frameworks):
    run = tmp_path / "run"
    result = without_frameworks(
        f"vae_numpy.train --data digits --epochs 2 --out {run}",
        f"vae_numpy reconstruct {run} --images 0 1",
        f"vae_numpy encode {run}",
        f"vae_numpy sample {run} --count 4",
        f"vae_numpy interpolate {run} --from 3 --to 17",
        f"vae_numpy evaluate {run} --samples 3",
        f"vae_numpy.train --resume {run} --epochs 3",
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("test ELBO") > 2
    assert (run / "figures" / "samples.png").exists()
