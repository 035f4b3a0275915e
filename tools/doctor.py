"""Say what is right and wrong with this machine, before anybody trains.

Nothing but the standard library is imported here, and each framework is tried in a
process of its own: whatever is missing or broken, the rest is still examined.  These
processes compile side by side; then one after the other measures, undisturbed.
"""

import importlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from common.commands.command_line import Parser, answer

ABOUT = "Say what is right and wrong with this machine, before anybody trains."
ROOT = Path(__file__).parent.parent
PATIENCE = 300  # seconds for a framework that may have to compile for the first time
STEPS = 20  # at a time
READY = "ready"
MEASURING = 2  # seconds, for all programs together
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


def main(default, timed, argv=None):
    """Run `python -m common.doctor` -> 0 if the named programs can run, else 1.

    Without a name, `default` must be able to run, and those of `timed` are measured.
    """
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
    timed = options.programs or timed
    return answer(_report, wanted, timed, every, options.json)


def _report(wanted, timed, every, as_json):
    """Print every finding -> exit status."""
    findings = []
    for found in _examine(wanted, timed, every):
        findings.append(found)
        if not as_json:
            print(_without_home(str(found)), flush=True)
    failed = [found.about for found in findings if found.level == "wrong"]
    if as_json:
        report = [asdict(found) for found in findings]
        print(_without_home(json.dumps(report, indent=2)))
    elif failed:
        print(f"\nnot as it should be: {', '.join(failed)}")
    else:
        print(f"\n{' and '.join(wanted)} can run: python -m {wanted[0]}.train")
    return 1 if failed else 0


def _examine(wanted, timed, every):
    """Every finding, the quick ones while the frameworks compile."""
    compiles = any(_framework(name) == "theano" for name in timed)
    plain = all(_framework(name) == "numpy" for name in timed)
    probes = _start(timed, every)
    try:
        yield _python(plain)
        yield from _packages("requirements-numpy.txt" if plain else "requirements.txt")
        if compiles:
            yield _compiler()
        yield _machine()
        yield from _folders(compiles)
        yield _mnist()
        yield _drawing()
        yield from _programs(probes, wanted)
    finally:
        for probe in probes:
            probe.process.kill()


def _framework(name):
    return name.rpartition("_")[2]


def _python(plain):
    """`plain`: without a framework."""
    here = platform.python_version()
    if sys.version_info[:2] == (3, 11) or (plain and sys.version_info > (3, 11)):
        return Finding("ok", "python", f"{here} on {platform.platform(terse=True)}")
    text = f"{here}; the locked packages are for 3.11, Theano runs on no newer one"
    return Finding("note", "python", text, "make train brings 3.11 along")


def _packages(file):
    """The direct requirements, beside the versions that the file names."""
    text = (ROOT / file).read_text().partition("\n# For those")[0]
    required = re.findall(r"^([\w.-]+)([=>]=)([\w.]+)", text, re.M)
    missing, other = [], []
    for name, relation, wanted in required:
        try:
            here = version(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        if here != wanted and (relation == "==" or _numbers(here) < _numbers(wanted)):
            other.append(f"{name} {here} instead of {wanted}")
    cure = f"make train installs them, or pip install -r {file}"
    if missing:
        yield Finding("note", "packages", f"not installed: {', '.join(missing)}", cure)
    if other:
        yield Finding("note", "packages", "; ".join(other), cure)
    if not missing and not other:
        yield Finding("ok", "packages", f"{len(required)} as in {file}")


def _numbers(text):
    return [int(number) for number in re.findall(r"\d+", text)]


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
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    if memory < NEEDED_MEMORY or disk < NEEDED_DISK:
        need = "training wants 2 GB of memory and 0.5 GB of disk"
        return Finding("note", "machine", text, need)
    if load > cores / 2:
        text += f"; busy (load {load:.1f}), which makes the times below longer"
        return Finding("note", "machine", text)
    return Finding("ok", "machine", text)


def _folders(compiles):
    """Where files are left: each must be writable, or the cure is a variable."""
    yield _writable("runs", Path("runs"), "change to a folder of yours, or use --out")
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() may raise
    cache = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    yield _writable("cache", Path(cache), "set XDG_CACHE_HOME to a folder of yours")
    if compiles:
        cure = "set HOME to a folder of yours"
        yield _writable("compiled", home / ".theano", cure)


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
    code = "from tools import doctor; doctor.probe_mnist()"
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


class _Probe:
    """A process that tries the programs of one framework."""

    def __init__(self, programs, timed, seconds):
        self.programs = programs
        self.errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        given = f"{programs}, {timed}, {seconds}"
        code = f"from tools import doctor; doctor.probe({given})"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            errors="replace",
        )
        self.timer = threading.Timer(PATIENCE, self.process.kill)
        self.timer.daemon = True
        self.timer.start()

    def wait(self):
        """Until it is ready to measure, or failed."""
        for line in self.process.stdout:
            if line.rstrip() == READY:
                return

    def results(self):
        """Let it measure -> {program or library: what it says, or its error}."""
        with suppress(OSError):  # it has ended
            print(file=self.process.stdin, flush=True)
        text = self.process.stdout.read()
        status = self.process.wait()
        late = not self.timer.is_alive()
        self.timer.cancel()
        if status == 0:
            return json.loads(text.splitlines()[-1])
        self.errors.seek(0)
        result = subprocess.CompletedProcess([], status, "", self.errors.read())
        error = f"no answer within {PATIENCE} seconds" if late else _last_line(result)
        return {name: {"error": error} for name in self.programs}


def _start(timed, every):
    """A process for each framework, those first of which something is measured."""
    frameworks = dict.fromkeys(map(_framework, [*timed, *every]))
    seconds = MEASURING / len(timed)
    groups = [[n for n in every if _framework(n) == f] for f in frameworks]
    return [_Probe(g, [n for n in g if n in timed], seconds) for g in groups]


def _programs(probes, wanted):
    """Whether each can run, and how long it takes; `wrong` only for the wanted."""
    for probe in probes:
        probe.wait()
    for probe in probes:
        for about, facts in probe.results().items():
            error = facts.get("error")
            if error is None:
                yield Finding("ok", about, facts["text"])
            elif about in wanted:
                yield Finding("wrong", about, error, _advice(about, error))
            else:
                yield Finding("note", about, f"cannot run: {error}")


def probe(names, timed, seconds):
    """Print, as JSON, what the programs of one framework can do, when told to."""
    made, found = {}, {}
    for name in names:
        try:
            made[name] = _made(name, name in timed)
        except Exception as error:
            text = f"{error}" or type(error).__name__
            found[name] = {"error": " ".join(text.split())[:200]}
    print(READY, flush=True)
    sys.stdin.readline()
    if made:
        texts = importlib.import_module(next(iter(made))).framework.describe()
        found |= {about: {"text": text} for about, text in texts.items()}
    for name, (train, steps, spent) in made.items():
        text = "can run"
        if name in timed:
            minutes = (spent + steps * _seconds(train, seconds)) / 60
            text = (
                f"runs; about {minutes:.1f} minutes for {EPOCHS} epochs of MNIST here"
            )
        found[name] = {"text": text}
    print(json.dumps(found))


def _made(name, compiled):
    """Make a network; if wanted, compile it -> some steps, steps of a run, seconds."""
    import numpy as np

    from common import batches, packages
    from common.settings import Settings

    start = time.perf_counter()
    about = packages.model_of(name)
    settings = Settings(model=about.name, epochs=EPOCHS, **about.defaults)
    images = settings.batch_size * STEPS
    pixels = np.random.default_rng(0).integers(0, 256, (images, 784), np.uint8)
    estimator = packages.estimator(name)().initialize(settings, pixels)
    chunk = next(batches.chunks(pixels, settings, 1))
    chunk["learning_rates"] = np.zeros(STEPS, np.float32)

    def train():
        estimator.network.train(**chunk)

    if compiled:
        train()
    steps = EPOCHS * (MNIST_IMAGES // settings.batch_size)
    return train, steps, time.perf_counter() - start


def _seconds(train, seconds):
    """Of a step, at its fastest: others may be at work.  Measured for so long."""
    fastest, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        train()
        fastest = min(fastest, (time.perf_counter() - start) / STEPS)
    return fastest


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


def _advice(name, error):
    if "No module named" in error:
        return "make train installs it"
    if "signal" in error:
        return "this processor may lack instructions that a package was built with"
    return f"python -m {name}.train --data digits shows the whole error"


def _without_home(text):
    """Paths without the user's name or the project's place."""
    text = text.replace(str(ROOT), ".")
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() may raise
    return text.replace(home, "~") if len(home) > 1 else text
