"""Whatever surrounds Theano: it works, or one line says what is wrong."""

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

import doorkeeper
from common.frameworks import symbolic
from tests import helpers
from tests.helpers import environment, one_line, run, succeed

LACK = doorkeeper.lack("theano")
if sys.platform != "linux" or not shutil.which("g++"):
    LACK = "Linux with g++"
pytestmark = [pytest.mark.skipif(bool(LACK), reason=LACK), pytest.mark.slow]
START = """
import os, sys
from common.commands.command_line import exit_status
from common.frameworks import theano as framework

def start():
    framework.PATIENCE = float(os.environ.get("PATIENCE", 300))
    framework.prepare()
    exec(os.environ.get("BEFORE", ""))
    framework.load()
    framework.check()
    from theano import config
    print(config.floatX, config.device, config.mode, config.linker, config.optimizer)
    return 0

sys.exit(exit_status(start))
"""
RIGHT = "float32 cpu Mode cvm o4\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which two programs, at the same time, compile what these tests need."""
    home = tmp_path_factory.mktemp("home")
    names = environment(home, THEANO_FLAGS=None)
    for process in [helpers.start("-c", START, env=names, cwd=home) for _ in "12"]:
        assert process.communicate(timeout=400) == (RIGHT, "")
        assert process.returncode == 0
    assert [*(home / ".theano").rglob("*.so")]
    return home


def start(home, **changes):
    changes = {"THEANO_FLAGS": None} | changes
    return run([sys.executable, "-c", START], home, **changes)


def test_what_programs_cannot_compute_with_is_overruled(home):
    (home / ".theanorc").write_text("[global]\ndevice = gpu\nfloatX = float64\n")
    flags = "device=gpu,floatX=float64,compute_test_value=raise,profile=True"
    result = start(home, THEANO_FLAGS=f"{flags},openmp=True")
    (home / ".theanorc").unlink()
    assert succeed(result) == RIGHT


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("PYTHONOPTIMIZE", "2", "theano could not be imported ("),  # for its docstrings
        ("THEANO_FLAGS", "mode=QUICK", "theano could not be imported ("),
        ("PATH", "/none", "install g++ "),
        ("THEANO_FLAGS", "cxx=", "cxx is set to nothing in THEANO_FLAGS or .theanorc"),
        ("THEANO_FLAGS", "cxx=/none", "No such file or directory); there is no /none"),
        ("THEANO_FLAGS", "blas__ldflags=-lnonsense", "-lnonsense"),
    ],
)
def test_it_cannot_start(home, name, value, cure):
    one_line(start(home, **{name: value}), cure)


SLOW = {"mode": "FAST_COMPILE", "linker": "py", "optimizer": "None"}
SLOW |= {"optimizer_excluding": "fusion"}


@pytest.mark.parametrize("place", ["THEANO_FLAGS", "~/.theanorc"])
def test_what_makes_theano_slow_is_overruled(home, place):
    text = ",".join(f"{name}={value}" for name, value in SLOW.items())
    changes = {"THEANO_FLAGS": text}
    if place == "~/.theanorc":
        changes = {}
        (home / ".theanorc").write_text(f"[global]\n{text}\n".replace(",", "\n"))
    result = start(home, **changes)
    (home / ".theanorc").unlink(missing_ok=True)
    assert (result.returncode, result.stdout) == (0, RIGHT)
    note = f"note: {text.replace(',', ', ')} ({place}) is not used here\n"
    assert result.stderr == note


@pytest.mark.parametrize(
    ("flags", "before", "text"),
    [
        ("floatX=float32", "", None),
        ("floatX=float64", "", "with floatX=float64, but float32 is needed: import"),
        ("", "; theano.config.compute_test_value = 'warn'", "compute_test_value=warn"),
    ],
)
def test_the_users_program_has_imported_it(home, flags, before, text):
    before = f"os.environ['THEANO_FLAGS'] += ',{flags}'\nimport theano{before}"
    result = start(home, BEFORE=before)
    if text:
        one_line(result, "Theano was imported with ", text)
    else:
        assert (result.stdout, result.stderr) == (RIGHT, "")


def test_another_process_compiles(home):
    lock = next((home / ".theano").glob("compiledir*")) / ".lock"
    holder = (
        "import filelock, os, select, sys\nwith filelock.FileLock(sys.argv[1]):\n"
        "    print(os.getpid(), flush=True)\n    select.select([0], [], [], 60)\n"
    )
    process = helpers.start("-c", holder, lock, stdin=subprocess.PIPE)
    number = process.stdout.readline().strip()
    names = environment(home, THEANO_FLAGS=None, PATIENCE="0.1")
    waiting = helpers.start("-c", START, env=names, cwd=home)
    said = waiting.stderr.readline()
    process.communicate()  # which ends its input, and so the lock
    assert waiting.communicate(timeout=60) == (RIGHT, "")
    note = f"note: process {number} compiles in {lock.parent}; Theano waits for it\n"
    assert said == note


def test_a_folder_with_any_name(home, tmp_path):
    """A new one for each run, as none can be written in the home."""
    folder = tmp_path / "a'b\"c\\d, e#f"
    folder.mkdir()
    result = start(home, HOME="/dev/null", TMPDIR=str(folder))
    assert (result.returncode, result.stdout) == (0, RIGHT)
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"note: Theano compiles into {folder}/theano-")
    assert "/dev/null/.theano" in line


def test_a_folder_from_which_nothing_can_be_loaded(home, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("THEANO_FLAGS", "")
    noexec = SimpleNamespace(f_flag=os.ST_NOEXEC)
    monkeypatch.setattr(os, "statvfs", lambda path: noexec)
    symbolic.choose_folder("Theano")
    words = f"anew each time (no library can be loaded from {home}/.theano"
    assert words in capsys.readouterr().err


def test_a_compiler_says_why_it_fails(home, tmp_path):
    compiler = tmp_path / "g++"
    compiler.write_text(
        f'#!/bin/sh\ncase "$1" in -v|-dumpversion) exec {shutil.which("g++")} "$@";; '
        'esac\necho "Python.h: No such file" >&2\nexit 1\n'
    )
    compiler.chmod(0o755)
    result = start(home, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    one_line(result, "Theano cannot compile (", "Python.h: No such file")
