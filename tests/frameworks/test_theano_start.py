"""Whatever surrounds Theano: it works, or one line says what is wrong."""

import os
import shutil
import sys

import pytest

import doorkeeper
from tests import helpers
from tests.helpers import environment, one_line, run

LACK = doorkeeper.lack("theano")
if sys.platform != "linux" or not shutil.which("g++"):
    LACK = "Linux with g++"
pytestmark = pytest.mark.skipif(bool(LACK), reason=LACK)
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
    """A home in which two programs, at the same time, compile what these tests need."""
    home = tmp_path_factory.mktemp("home")
    names = environment(home, THEANO_FLAGS=None)
    for process in [helpers.start("-c", START, env=names, cwd=home) for _ in "12"]:
        assert process.communicate(timeout=400) == ("float32 cpu\n", "")
        assert process.returncode == 0
    assert [*(home / ".theano").rglob("*.so")]
    return home


def start(home, *options, **changes):
    changes = {"THEANO_FLAGS": None} | changes
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
    ("flags", "cure"),
    [
        ("cxx=", "install g++ "),
        ("cxx=/none", "Theano cannot compile ("),
        ("blas__ldflags=-lnonsense", "-lnonsense"),
    ],
)
def test_it_cannot_compile(home, flags, cure):
    result = start(home, THEANO_FLAGS=flags)
    one_line(result, "Theano cannot compile (", cure)


@pytest.mark.parametrize("flag", ["compute_test_value=raise", "profile=True"])
def test_what_programs_cannot_compute_with_is_overruled(home, flag):
    result = start(home, THEANO_FLAGS=flag)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_folder_that_cannot_be_written(home):
    result = start(home, HOME="/dev/null")
    assert result.returncode == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("note: Theano compiles into ")
    assert "/dev/null/.theano" in line


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
