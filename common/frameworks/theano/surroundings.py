"""What Theano needs around it: settings, a folder to compile into, a compiler.

Nothing here imports Theano before `why_not_compiled`, which is called after it.
"""

import atexit
import configparser
import errno
import os
import re
import shlex
import shutil
import struct
import sys
import tempfile
from pathlib import Path

from common import UserError


def mend():
    """Look at settings and folders before Theano does; UserError for what is wrong."""
    flags = _flags()
    files = _settings_of_files()
    for name, value, why in (
        ("device", "cpu", "Theano 1.1.2 computes on the CPU here"),
        ("floatX", "float32", "these programs compute in float32"),
    ):
        given = flags.get(name, value)
        if given != value:
            raise UserError(
                f"THEANO_FLAGS: {name}={given} cannot be used, {why}: remove it"
            )
    for path, settings in files.items():
        device = settings.get("device", "cpu")
        if device != "cpu":
            _note(f"{path}: device = {device} is ignored, Theano computes on the CPU")
    settings = {k: v for found in files.values() for k, v in found.items()} | flags
    folder = _compile_folder(settings)
    if sys.platform == "linux":
        _discard_damaged(folder)


def _note(text):
    print(f"note: {text}", file=sys.stderr)


def _flags():
    """The settings in THEANO_FLAGS, the last of a name being what counts."""
    splitter = shlex.shlex(os.environ.get("THEANO_FLAGS", ""), posix=True)
    splitter.whitespace, splitter.whitespace_split = ",", True
    try:
        pairs = [pair.strip().partition("=") for pair in splitter]
    except ValueError as error:
        raise UserError(f"THEANO_FLAGS: {error}") from None
    return {name: value for name, _, value in pairs}


def _settings_of_files():
    """The global settings in each .theanorc.  path -> {name: value}"""
    places = os.environ.get("THEANORC", "~/.theanorc").split(os.pathsep)
    found = {}
    for path in map(os.path.expanduser, places):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path)
        except (configparser.Error, UnicodeDecodeError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise UserError(
                f"{path}: Theano cannot read it ({reason}): mend or rename it"
            ) from None
        if parser.sections():
            found[path] = dict(parser["global"]) if "global" in parser else {}
    return found


def _compile_folder(settings):
    """Where Theano keeps what it compiles; a temporary folder where it could not."""
    explicit = settings.get("compiledir")
    place = explicit or settings.get("base_compiledir") or _home_folder()
    if place is None:
        reason = "there is no home folder"
        place = "~/.theano"
    else:
        reason = _why_unwritable(Path(os.path.expanduser(place)))  # noqa: PTH111
    if reason is None:
        return Path(os.path.expanduser(place))  # noqa: PTH111
    temporary = tempfile.mkdtemp(prefix="theano-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    name = "compiledir" if explicit else "base_compiledir"
    os.environ["THEANO_FLAGS"] += f",{name}={shlex.quote(temporary)}"
    os.environ.setdefault("USERPROFILE", temporary)  # without which it wants a home
    _note(
        f"{place} cannot be written ({reason}), so Theano compiles into a temporary "
        f"folder, anew each time (THEANO_FLAGS={name}=FOLDER names another)"
    )
    return Path(temporary)


def _home_folder():
    """As Theano finds it."""
    home = os.environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111
    if home == "~":
        home = os.environ.get("USERPROFILE")
    if sys.platform == "win32" and "LOCALAPPDATA" in os.environ:
        return os.path.join(os.environ["LOCALAPPDATA"], "Theano")  # noqa: PTH118
    return os.path.join(home, ".theano") if home else None  # noqa: PTH118


def _why_unwritable(folder):
    """None if Theano can write there and into what it made there before."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for part in folder.glob("compiledir_*"):
            if not os.access(part, os.R_OK | os.W_OK | os.X_OK):
                return f"{part.name} belongs to another user"
    except OSError as error:
        return error.strerror
    return None


def _discard_damaged(folder):
    """Remove libraries that are not complete, unless somebody compiles just now.

    To load a truncated one would kill the process.  Theano makes them anew.
    """
    import filelock

    for part in [folder, *folder.glob("compiledir_*")]:
        libraries = [*part.glob("*/*.so")]
        if not libraries:
            continue
        try:
            with filelock.FileLock(part / ".lock", timeout=0):  # Theano's own
                for library in libraries:
                    if not _complete(library):
                        shutil.rmtree(library.parent, ignore_errors=True)
        except filelock.Timeout:
            continue


def _complete(library):
    """Whether an ELF file has the length that its header promises."""
    with library.open("rb") as file:
        header = file.read(64)
    if len(header) < 64 or header[:4] != b"\x7fELF":
        return False
    (start,) = struct.unpack_from("<Q", header, 40)  # of the section headers, the end
    size, count = struct.unpack_from("<HH", header, 58)
    return library.stat().st_size >= start + size * count


def why_not_started(error):
    """One line on an exception of `import theano`."""
    places = ["THEANO_FLAGS", *_settings_of_files()]
    return f"Theano does not start ({_short(error)}): check {' and '.join(places)}"


def why_not_compiled(error):
    """One line on an exception of the first function."""
    import theano

    compiler = theano.config.cxx
    texts = [str(argument) for argument in error.args]  # the node, what happened, ...
    text = next((t for t in texts if "Compilation failed" in t), str(error))
    if os.strerror(errno.ENOSPC) in text:
        return (
            f"{theano.config.compiledir}: the disk is full; make room, or name another "
            "folder (THEANO_FLAGS=base_compiledir=FOLDER)"
        )
    places = " and ".join(["THEANO_FLAGS", *_settings_of_files()])
    if compiler and not shutil.which(shlex.split(compiler)[0]):
        return f"cxx = {compiler} is not there: check {places}"
    library = re.search(r"cannot find (-l\S+?)(?=:|\s|$)", text)
    if library:
        return f"{compiler} does not find {library[1]}: check {places}"
    if "Python.h" in text:
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"{compiler} does not find Python.h: install the headers of Python "
            f"{python} (Debian: apt install python{python}-dev)"
        )
    failed = re.search(r"Compilation failed \(return status=[^)]*\): *(.*)", text)
    if failed:
        return (
            f"{compiler} is there but does not work ({_short(failed[1])}): install it "
            "anew (Debian: apt install --reinstall g++; macOS: xcode-select --install)"
        )
    return (
        f"Theano does not work ({_short(error)}): delete {theano.config.compiledir} "
        "and try again"
    )


def _short(error):
    """The first line, or what of it fits into ours."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(" .")
