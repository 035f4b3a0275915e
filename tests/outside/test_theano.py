"""Whatever surrounds Theano: it works, or one line says what is wrong."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.outside.shell import run

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("g++"), reason="Linux with g++"
)
LOADED = """
import sys
from common.commands.command_line import answer
from common.frameworks import theano as framework

def load(more=lambda: None):
    framework.prepare()
    framework.load()
    more()
    import theano
    print(theano.config.compiledir, theano.config.floatX, theano.config.device)
    return 0
"""
COMPILED = """
def compile():
    framework.check()
    import theano
    x = theano.tensor.fvector()
    assert theano.function([x], theano.tensor.exp(x))([0]) == [1]
    if framework.without_compiler():
        print(framework.without_compiler(), file=sys.stderr)
"""
ENDS = "sys.exit(answer(load{}))"
TINY = LOADED + COMPILED + ENDS.format(", compile")
LOADED += ENDS.format("")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which Theano has compiled what these tests need."""
    home = tmp_path_factory.mktemp("home")
    result = run([sys.executable, "-c", TINY], home)
    assert (result.returncode, result.stderr) == (0, "")
    return home


def tiny(home, code=TINY, **changes):
    return run([sys.executable, "-c", code], home, **changes)


def refused(result, line):
    assert result.stderr == f"error: {line}\n"
    assert result.returncode == 2


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        (
            "device=gpu",
            "THEANO_FLAGS: device=gpu cannot be used, Theano 1.1.2 computes on the CPU "
            "here: remove it",
        ),
        (
            "floatX=float64",
            "THEANO_FLAGS: floatX=float64 cannot be used, these programs compute in "
            "float32: remove it",
        ),
        ("floatX='float64", "THEANO_FLAGS: No closing quotation"),
        (
            "mode=QUICK",
            "Theano does not start (Expected one of ['Mode', 'DebugMode', ",
        ),
    ],
)
def test_flags(home, flags, line):
    result = tiny(home, LOADED, THEANO_FLAGS=flags)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {line}")
    assert result.stderr.count("\n") == 1
    if flags.startswith("mode"):
        assert result.stderr.endswith("Instead got: QUICK): check THEANO_FLAGS\n")


def test_settings_of_2015(home):
    path = home / ".theanorc"
    path.write_text(
        "[global]\ndevice = gpu\nfloatX = float64\n\n[nvcc]\nfastmath=True\n"
    )
    result = tiny(home, LOADED)
    path.unlink()
    assert result.stderr == (
        f"note: {path}: device = gpu is ignored, Theano computes on the CPU\n"
    )
    assert result.returncode == 0
    assert result.stdout.endswith(" float32 cpu\n")


def test_settings_that_cannot_be_read(tmp_path):
    path = tmp_path / ".theanorc"
    path.write_text("device = cpu\n")
    refused(
        tiny(tmp_path, LOADED),
        f"{path}: Theano cannot read it (File contains no section headers): mend or "
        "rename it",
    )


NO_HOME = """
import pwd

def getpwuid(number):
    raise KeyError(number)

pwd.getpwuid = getpwuid
"""


def test_nowhere_to_write(tmp_path):
    result = tiny(tmp_path, LOADED, HOME="/dev/null")
    assert re.fullmatch(
        r"note: /dev/null/.theano cannot be written \(Not a directory\), so Theano "
        r"compiles into a temporary folder, anew each time "
        r"\(THEANO_FLAGS=base_compiledir=FOLDER names another\)\n",
        result.stderr,
    )
    assert result.returncode == 0
    folder = Path(result.stdout.partition(" ")[0])
    assert folder.parent.name.startswith("theano-")
    assert not folder.parent.exists()  # once the program has ended


def test_no_home(tmp_path):
    result = tiny(tmp_path, NO_HOME + LOADED, HOME=None)
    assert result.stderr.startswith(
        "note: ~/.theano cannot be written (there is no home folder), so Theano "
    )
    assert result.stderr.count("\n") == 1
    assert result.returncode == 0


def compiler(tmp_path, script):
    """An environment whose g++ is this script."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "g++").write_text(script)
    (folder / "g++").chmod(0o755)
    return folder / "g++", f"{folder}{os.pathsep}{os.environ['PATH']}"


FAILS = """#!/bin/sh
case "$1" in -v|-dumpversion) exec {} "$@";; esac
echo "x.cpp:1:10: fatal error: {}" >&2
exit 1
"""


@pytest.mark.parametrize("flags", ["", "blas__ldflags="])
def test_compiler_that_compiles_nothing(home, tmp_path, flags):
    reason = "cannot execute cc1plus"
    path, places = compiler(tmp_path, FAILS.format(shutil.which("g++"), reason))
    refused(
        tiny(home, PATH=places, THEANO_FLAGS=flags),
        f"{path} is there but does not work (x.cpp:1:10: fatal error: {reason}): "
        "install it anew (Debian: apt install --reinstall g++; macOS: xcode-select "
        "--install)",
    )


def test_no_headers(home, tmp_path):
    reason = "Python.h: No such file or directory"
    path, places = compiler(tmp_path, FAILS.format(shutil.which("g++"), reason))
    refused(
        tiny(home, PATH=places),
        f"{path} does not find Python.h: install the headers of Python 3.11 (Debian: "
        "apt install python3.11-dev)",
    )


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ("cxx=/none", "cxx = /none is not there"),
        ("blas__ldflags=-lnonsense", f"{shutil.which('g++')} does not find -lnonsense"),
    ],
)
def test_settings_that_name_what_is_not_there(home, flags, line):
    refused(tiny(home, THEANO_FLAGS=flags), f"{line}: check THEANO_FLAGS")


def test_no_room_to_compile(home, tmp_path):
    reason = "final link failed: No space left on device"
    _, places = compiler(tmp_path, FAILS.format(shutil.which("g++"), reason))
    result = tiny(home, PATH=places)
    assert re.fullmatch(
        r"error: \S+/\.theano/compiledir_\S+: the disk is full; make room, or name "
        r"another folder \(THEANO_FLAGS=base_compiledir=FOLDER\)\n",
        result.stderr,
    )
    assert result.returncode == 2


def test_compiler_that_does_nothing(home, tmp_path):
    path, places = compiler(tmp_path, "#!/bin/sh\nexit 1\n")
    result = tiny(home, PATH=places)
    assert result.stderr == (
        f"note: {path} does not work, so Theano runs without compiled code, 3,000 "
        "times slower (Debian: apt install g++; macOS: xcode-select --install)\n"
    )
    assert result.returncode == 0


@pytest.mark.slow
def test_damaged_cache_is_cured(home, tmp_path):
    shutil.copytree(home / ".theano", tmp_path / ".theano")
    libraries = sorted((tmp_path / ".theano").rglob("*.so"))
    assert len(libraries) >= 3
    for number, library in enumerate(libraries):
        content = library.read_bytes()
        damaged = [content[: len(content) // 2], b"", b"\0" * len(content)]
        library.write_bytes(damaged[number % 3])
    for key in (tmp_path / ".theano").rglob("key.pkl"):
        key.write_bytes(b"")
    result = tiny(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
