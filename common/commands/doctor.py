"""Say what is right and wrong with this machine, before anybody trains.

Nothing but the standard library is imported here, and each program is tried in a
process of its own: whatever is missing or broken, the rest is still examined.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from common.commands.command_line import Parser

ABOUT = "Say what is right and wrong with this machine, before anybody trains."
ROOT = Path(__file__).parent.parent.parent
PATIENCE = 300  # seconds for a program that may have to compile for the first time
MNIST_IMAGES, EPOCHS = 60_000, 25
NEEDED_MEMORY, NEEDED_DISK = 2e9, 0.5e9  # bytes
COMPILER = "Debian: apt install g++; macOS: xcode-select --install"
PLUGIN = '#include <Python.h>\n#include <cmath>\nextern "C" double f(double x)'
PLUGIN += " { return std::sqrt(x); }\n"


@dataclass
class Finding:
    """One line: `ok`, a `note`, or `wrong` with what to do."""

    level: str
    about: str
    text: str
    cure: str = ""

    def __str__(self):
        """Level, subject, text; the cure behind a dash."""
        cure = f" - {self.cure}" if self.cure else ""
        return f"{self.level:6} {self.about:14} {self.text}{cure}"


def main(default, argv=None):
    """Run `python -m common.doctor` -> 0 if the named programs can run, else 1."""
    every = sorted(path.parent.name for path in ROOT.glob("*_*/model.py"))
    parser = Parser(prog="python -m common.doctor", description=ABOUT)
    parser.add_argument(
        "programs",
        nargs="*",
        metavar="PROGRAM",
        help=f"those that must be able to run: {', '.join(every)} (default: {default})",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print all of it as JSON, for a bug report; without personal paths",
    )
    options = parser.parse_args(argv)
    wanted = options.programs or [default]
    for name in wanted:
        if name not in every:
            parser.error(f"{name} is no program; choose from {', '.join(every)}")
    findings = []
    for found in _examine(wanted, every):
        if found in findings:  # two programs of one framework
            continue
        findings.append(found)
        if not options.json:
            print(_without_home(str(found)), flush=True)
    needed = {*wanted, "drawing"}
    failed = [f.about for f in findings if f.level == "wrong" and f.about in needed]
    if options.json:
        report = [asdict(found) for found in findings]
        print(_without_home(json.dumps(report, indent=2)))
    elif failed:
        print(f"\nnot as it should be: {', '.join(failed)}")
    else:
        print(f"\n{' and '.join(wanted)} can run: python -m {wanted[0]}.train")
    return 1 if failed else 0


def _examine(wanted, every):
    """Every finding, the quick ones first."""
    yield _python()
    yield from _packages()
    yield _compiler()
    yield _machine()
    yield from _folders()
    yield _mnist()
    yield _drawing()
    for name in [*wanted, *(name for name in every if name not in wanted)]:
        yield from _program(name)


def _python():
    here = platform.python_version()
    if sys.version_info[:2] == (3, 11):
        return Finding("ok", "python", f"{here} on {platform.platform(terse=True)}")
    text = f"{here}; the locked packages are for 3.11, Theano runs on no newer one"
    return Finding("note", "python", text, "make train brings 3.11 along")


def _packages():
    """The direct requirements, beside the versions that the lock names."""
    text = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M))
    text = (ROOT / "requirements.txt").read_text().partition("\n# For those")[0]
    names = re.findall(r"^([\w.-]+)", text, re.M)
    missing, other = [], []
    for name in names:
        try:
            if version(name) != locked[name]:
                other.append(f"{name} {version(name)} instead of {locked[name]}")
        except PackageNotFoundError:
            missing.append(name)
    cure = "make train installs what the lock names"
    if missing:
        yield Finding("note", "packages", f"not installed: {', '.join(missing)}", cure)
    if other:
        yield Finding("note", "packages", "; ".join(other), cure)
    if not missing and not other:
        yield Finding("ok", "packages", f"{len(names)} as in requirements.lock")


def _compiler():
    """Whether g++ compiles and links what Theano will ask it to."""
    found = shutil.which("g++")
    if not found:
        return Finding("note", "g++", "not found; Theano needs it", COMPILER)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "plugin.cpp")
        source.write_text(PLUGIN)
        include = f"-I{sysconfig.get_path('include')}"
        command = ["g++", "-shared", "-fPIC", include, str(source), "-o"]
        result = _run([*command, str(Path(folder, "plugin.so"))], 60)
    if result.returncode == 0:
        first = _run(["g++", "--version"], 10).stdout.splitlines()[:1]
        return Finding("ok", "g++", f"compiles and links ({''.join(first)})")
    if "Python.h" in result.stderr:
        cure = "install Python's headers (Debian: apt install python3.11-dev)"
        return Finding("note", "g++", "Python.h is missing; Theano needs it", cure)
    line = (result.stderr.strip().splitlines() or ["no output"])[0]
    return Finding("note", "g++", f"does not work: {line[:120]}", COMPILER)


def _machine():
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    cores = cores or os.cpu_count()
    disk = shutil.disk_usage(Path.cwd()).free
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        text = f"{cores} cores, {memory / 1e9:.0f} GB of memory"
    except (AttributeError, OSError, ValueError):  # not on Windows
        memory, text = NEEDED_MEMORY, f"{cores} cores, memory unknown"
    text += f", {disk / 1e9:.0f} GB of disk free"
    if memory < NEEDED_MEMORY or disk < NEEDED_DISK:
        need = "training wants 2 GB of memory and 0.5 GB of disk"
        return Finding("note", "machine", text, need)
    return Finding("ok", "machine", text)


def _folders():
    """Where files are left: each must be writable, or the cure is a variable."""
    yield _writable("runs", Path("runs"), "change to a folder of yours, or use --out")
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() may raise
    cache = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    yield _writable("cache", Path(cache), "set XDG_CACHE_HOME to a folder of yours")
    yield _writable("compiled", home / ".theano", "set HOME to a folder of yours")


def _writable(about, folder, cure):
    place = next(
        p for p in [folder.absolute(), *folder.absolute().parents] if p.exists()
    )
    try:
        with tempfile.TemporaryFile(dir=place):
            return Finding("ok", about, f"{folder} can be written")
    except OSError as error:
        reason = error.strerror or error
        return Finding("note", about, f"{folder} cannot be written ({reason})", cure)


def _mnist():
    """Where MNIST would come from; nothing is downloaded."""
    code = "from common.commands import doctor; doctor.probe_mnist()"
    result = _run([sys.executable, "-c", code], 120)
    if result.returncode:
        cure = "set MNIST_PATH to a copy, or use --data digits"
        return Finding("note", "mnist", _last_line(result), cure)
    return Finding(**json.loads(result.stdout.splitlines()[-1]))


def probe_mnist():
    """Print the Finding about MNIST, as JSON."""
    from common import UserError
    from common.images import data, download

    found = os.environ.get("MNIST_PATH") or download.cached()
    if not found:
        text = "not on this machine; the first training downloads it (11 MB)"
        cure = "without a network: MNIST_PATH=a copy, or --data digits"
        finding = Finding("note", "mnist", text, cure)
    else:
        cure = "set MNIST_PATH to a copy, or use --data digits"
        try:
            right = data.load("mnist").sha256 == data.MNIST_SHA256
            text = f"{found}, with the published hash"
            finding = Finding("ok", "mnist", text)
            if not right:
                text = f"{found} is a data set, but not MNIST as published"
                finding = Finding("note", "mnist", text, cure)
        except UserError as error:
            finding = Finding("note", "mnist", str(error), cure)
    print(json.dumps(asdict(finding)))


def _drawing():
    code = (
        "import matplotlib as m; from matplotlib import font_manager as f\n"
        "f.findfont('DejaVu Sans', fallback_to_default=False)\n"
        "print(m.rcParams['text.usetex'], m.matplotlib_fname())"
    )
    result = _run([sys.executable, "-c", code], 60)
    if result.returncode:
        return Finding(
            "wrong", "drawing", _last_line(result), "install matplotlib anew"
        )
    latex, _, file = result.stdout.strip().partition(" ")
    if latex == "True":
        return Finding(
            "note", "drawing", f"text.usetex in {file}; our figures ignore it"
        )
    return Finding("ok", "drawing", "matplotlib, its own font, no LaTeX needed")


def _program(name):
    """Build its network, take some steps, and tell how long all of them will take."""
    code = f"from common.commands import doctor; doctor.probe({name!r})"
    result = _run([sys.executable, "-c", code], PATIENCE)
    if result.returncode:
        yield Finding("wrong", name, _last_line(result), _advice(name, result))
        return
    facts = json.loads(result.stdout.splitlines()[-1])
    for about, text in facts["framework"].items():
        yield Finding("ok", about, text)
    minutes = facts["seconds"] / 60
    text = f"runs; about {minutes:.1f} minutes for {EPOCHS} epochs of MNIST here"
    yield Finding("ok", name, text)


def probe(name):
    """Print, as JSON, what the framework says of itself and the seconds of a run."""
    import importlib
    import time

    import numpy as np

    from common import batches, packages
    from common.settings import Settings

    start = time.perf_counter()
    about = packages.model_of(name)
    settings = Settings(model=about.name, epochs=EPOCHS, **about.defaults)
    images = settings.batch_size * batches.CHUNK
    pixels = np.random.default_rng(0).integers(0, 256, (images, 784), np.uint8)
    estimator = packages.estimator(name)().initialize(settings, pixels)
    chunk = next(batches.chunks(pixels, settings, 1))
    rates = np.zeros(batches.CHUNK, np.float32)
    estimator.network.train(**chunk, learning_rates=rates)  # compiles
    ready = time.perf_counter() - start
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < 2:
        estimator.network.train(**chunk, learning_rates=rates)
        steps += batches.CHUNK
    step = (time.perf_counter() - start) / steps
    seconds = ready + step * EPOCHS * (MNIST_IMAGES // settings.batch_size)
    framework = importlib.import_module(name).framework.describe()
    print(json.dumps({"framework": framework, "seconds": seconds}))


def _run(command, seconds):
    """Run a command in the project's folder -> its result, whatever happens."""
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        text = f"no answer within {seconds} seconds"
    except OSError as error:
        text = str(error)
    return subprocess.CompletedProcess(command, 1, "", text)


def _last_line(result):
    """The last line of what went wrong, without the traceback above it."""
    if result.returncode < 0:
        return f"was ended by signal {-result.returncode}"
    return (result.stderr.strip().splitlines() or ["failed without a word"])[-1][:200]


def _advice(name, result):
    if "No module named" in result.stderr:
        return "make train installs it"
    if result.returncode < 0:
        return "this processor may lack instructions that a package was built with"
    return f"python -m {name}.train --data digits shows the whole error"


def _without_home(text):
    """Paths without the user's name or the project's place."""
    text = text.replace(str(ROOT), ".")
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() may raise
    return text.replace(home, "~") if len(home) > 1 else text
