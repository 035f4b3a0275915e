"""A cache that is damaged, and a machine without a home."""

import sys

from tests.outside.shell import run
from tests.outside.test_theano import NO_HOME

LOAD = """
import sys
from common.commands.command_line import answer
from common.images import data, download

download.RETRIES = 0
sys.exit(answer(lambda: print(data.load_or_digits("mnist", {})[0]) or 0))
"""

JUDGE = """
import sys
from common import judge
from common.images import data
from common.commands.command_line import answer

sys.exit(answer(lambda: print(judge.of(data.load("digits")).accuracy) or 0))
"""


def test_damaged_cache_of_keras(tmp_path):
    path = tmp_path / ".keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half of it")
    result = run([sys.executable, "-c", LOAD.format(True)], tmp_path)
    assert result.stderr.startswith(
        f"error: MNIST in {path} is damaged and ignored, and could not be downloaded "
        "(storage.googleapis.com: "
    )
    assert result.stderr.count("\n") == 1
    assert path.read_bytes() == b"half of it"


def test_no_home(tmp_path):
    line = "MNIST cannot be looked for or kept, since there is no home folder (HOME)"
    given = {"HOME": None, "XDG_CACHE_HOME": None}
    explicit = run(
        [sys.executable, "-c", NO_HOME + LOAD.format(True)], tmp_path, **given
    )
    assert explicit.stderr == (
        f"error: {line}; set MNIST_PATH to a copy or use --data digits\n"
    )
    assert explicit.returncode == 2
    default = run(
        [sys.executable, "-c", NO_HOME + LOAD.format(False)], tmp_path, **given
    )
    assert default.stderr == ""
    assert default.stdout == (
        f"note: {line}; training on the digits that scikit-learn bundles\ndigits\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_cache_without_a_home(tmp_path):
    given = {"HOME": None, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    code = NO_HOME + LOAD.format(True)
    result = run([sys.executable, "-c", code], tmp_path, **given)
    assert result.stderr.startswith(
        "error: MNIST is not on this machine and could not be downloaded (storage."
    )
    (tmp_path / "cache" / "vae-lecture" / "mnist").rmdir()  # it would have been kept


def test_a_judge_without_a_home(tmp_path):
    code = NO_HOME + JUDGE
    given = {"HOME": None, "XDG_CACHE_HOME": None}
    result = run([sys.executable, "-c", code], tmp_path, **given)
    assert (result.returncode, result.stderr) == (0, "")
    assert float(result.stdout) > 0.8
