"""Say what is right and wrong with this machine, before anybody trains.

Only the standard library is imported here, and what may be missing or broken is tried
in a process of its own.  So the answer comes whatever is installed.
A finding is a line in three parts: `ok`, `note` or `wrong`; the subject; the text.
"""

import importlib
import io
import os
import platform
import shutil
import textwrap
import timeit
from functools import partial
from pathlib import Path

import doorkeeper
from common import machine, packages
from common.commands.command_line import Parser, exit_status
from tools import processes

ABOUT = "Say what is right and wrong with this machine, before anybody trains."
PATIENCE = 300  # seconds for a framework that may have to compile for the first time
STEPS, CALLS = 20, 10  # steps in each call of a network, calls that are timed
MNIST_IMAGES, EPOCHS = 60_000, 25
MEMORY, DISK = 2e9, 0.5e9  # bytes that training needs


def main(default, argv=None):
    """Run `python -m common.doctor` -> 0 if the named programs can run, else 1.

    Without a name every program is tried, but only `default` must be able to run.
    """
    programs = packages.every()
    choices = ", ".join(programs)
    text = f"what must be able to run: {choices} (default: {default})"
    parser = Parser(prog="python -m common.doctor", description=ABOUT)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=text)
    names = parser.parse_args(argv).programs
    if unknown := [name for name in names if name not in programs]:
        parser.error(f"{unknown[0]} is no program; choose from {choices}")
    return exit_status(_report, names or [default], names or programs)


def _report(required, programs):
    """Print every finding -> exit status."""
    problems = []
    for level, subject, text in _examine(required, programs):
        print(f"{level:6} {subject:14} {textwrap.shorten(text, 400)}", flush=True)
        problems += [subject] * (level == "wrong")
    if problems:
        print(f"\nproblems with: {', '.join(problems)}")
        return 1
    print(f"\n{' and '.join(required)} can run: python -m {required[0]}.train")
    return 0


def _examine(required, programs):
    """Every finding.  The programs come last; those that are required are timed."""
    yield "ok", "python", f"{platform.python_version()} on {platform.platform()}"
    yield _machine()
    if lack := doorkeeper.lack("numpy"):  # what all programs need
        yield "wrong", "packages", lack
        return
    yield from _apart(["mnist"], [], _mnist)
    yield from _apart(["drawing"], ["drawing"], _drawing)
    frameworks = {program: packages.framework(program) for program in programs}
    for framework in dict.fromkeys(frameworks.values()):
        names = [name for name in programs if frameworks[name] == framework]
        if lack := doorkeeper.lack(framework):
            level = "wrong" if {*names} & {*required} else "note"
            yield level, framework, lack
        else:
            yield from _apart(names, required, _framework, names, required)


def _machine():
    """Processor cores, memory and disk; of a container, what it may use."""
    cores, memory = machine.cores(), machine.memory()
    disk = shutil.disk_usage(Path.cwd()).free
    text = f"{cores:g} cores, {memory / 1e9:.0f} GB of memory, {disk / 1e9:.0f} GB free"
    notes = [machine.busy()]
    if memory < MEMORY or disk < DISK:
        notes.append("training needs 2 GB of memory and 0.5 GB of disk")
    notes = [*filter(None, notes)]
    return "note" if notes else "ok", "machine", " - ".join([text, *notes])


def _apart(subjects, required, function, *arguments):
    """The findings of a function in a process of its own, whatever happens there."""
    try:
        return processes.apart(function, *arguments, patience=PATIENCE)
    except Exception as error:
        text = str(error) or type(error).__name__
    return [("wrong" if name in required else "note", name, text) for name in subjects]


def _mnist():
    """Where MNIST would come from; nothing is downloaded."""
    from common.images import data, download

    if not (os.environ.get("MNIST_PATH") or download.cached()):
        text = "not on this machine; the first training downloads it (11 MB) - "
        text += "without a network, set MNIST_PATH to a copy or use --data digits"
        return [("note", "mnist", text)]
    dataset = data.load("mnist")
    if dataset.sha256 == data.MNIST_SHA256:
        return [("ok", "mnist", f"{dataset.source}, with the published hash")]
    return [("note", "mnist", f"{dataset.source} is not MNIST as published")]


def _drawing():
    """Whether matplotlib draws a figure, as ours are drawn."""
    import matplotlib

    from common.figures import Figure, style

    with style():
        Figure().add_subplot().figure.savefig(io.BytesIO())
    return [("ok", "drawing", f"matplotlib {matplotlib.__version__}")]


def _framework(programs, required):
    """What a framework says of itself, and what its programs can do."""
    findings = [("ok", name, _try(name, name in required)) for name in programs]
    room = importlib.import_module(programs[0]).framework
    name, chooses = room.__name__.rpartition(".")[2], hasattr(room, "device")
    text = f"computes on the {room.device().upper()}" if chooses else room.describe()
    version = importlib.import_module(name).__version__
    return [("ok", name, f"{version}, {text}"), *findings]


def _try(program, timed):
    """Make a network and, if it is timed, train it a little -> what it can do."""
    import numpy as np

    from common import batches

    estimator = packages.estimator(program)(epochs=EPOCHS)
    shape = STEPS * estimator.batch_size, 784
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    network = estimator.initialize(pixels).network
    if not timed:
        return "can run"
    chunk = next(batches.chunks(pixels, estimator.settings_, 1))
    rates = batches.learning_rates(estimator.settings_, STEPS, 1)
    train = partial(network.train, **chunk, learning_rates=rates)
    first, *others = timeit.repeat(train, number=1, repeat=CALLS)  # the first compiles
    calls = EPOCHS * (MNIST_IMAGES // estimator.batch_size) / STEPS
    minutes = (first + calls * min(others)) / 60
    return f"can run; {EPOCHS} epochs of MNIST take about {minutes:.1f} minutes here"
