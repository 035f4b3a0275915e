"""Whatever surrounds Theano: it works, or one line says what is wrong."""

import os
import shutil
import sys

import pytest

from tests.helpers import one_line, run

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("g++"), reason="Linux with g++"
)
START = """
import sys
from common.commands.command_line import exit_status
from common.frameworks import theano as framework

def start():
    framework.prepare()
    framework.load()
    framework.check()
    import theano
    print(theano.config.floatX, theano.config.device)
    return 0

sys.exit(exit_status(start))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which Theano has compiled what these tests need."""
    home = tmp_path_factory.mktemp("home")
    result = start(home)
    assert (result.returncode, result.stderr) == (0, "")
    return home


def start(home, *options, **changes):
    return run([sys.executable, *options, "-c", START], home, **changes)


def test_device_and_precision_are_overruled(home):
    (home / ".theanorc").write_text("[global]\ndevice = gpu\nfloatX = float64\n")
    result = start(home, THEANO_FLAGS="device=gpu,floatX=float64")
    (home / ".theanorc").unlink()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "float32 cpu\n"


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ([], {"THEANO_FLAGS": "mode=QUICK"}),
        ([], {"THEANO_FLAGS": "allow_gc='no"}),
        (["-OO"], {}),  # it needs docstrings
    ],
)
def test_it_does_not_start(home, options, changes):
    result = start(home, *options, **changes)
    one_line(result, "theano could not be imported (")


@pytest.mark.parametrize(
    "changes",
    [
        {"THEANO_FLAGS": "cxx="},
        {"THEANO_FLAGS": "cxx=/none"},
        {"THEANO_FLAGS": "blas__ldflags=-lnonsense"},
        {"HOME": "/dev/null"},
    ],
)
def test_it_cannot_compile(home, changes):
    one_line(start(home, **changes), "Theano cannot compile (", "needs g++", "folder")


@pytest.mark.parametrize("reason", ["Python.h: No such file", "No space left"])
def test_a_compiler_says_why_it_fails(home, tmp_path, reason):
    compiler = tmp_path / "g++"
    compiler.write_text(
        f'#!/bin/sh\ncase "$1" in -v|-dumpversion) exec {shutil.which("g++")} "$@";; '
        f'esac\necho "{reason}" >&2\nexit 1\n'
    )
    compiler.chmod(0o755)
    result = start(home, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    one_line(result, "Theano cannot compile (", reason)
