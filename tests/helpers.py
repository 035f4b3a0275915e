"""What tests share and no fixture is needed for."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import doorkeeper
from common import packages
from common.images import data
from common.packages import ROOT

EVERY = packages.every()
COMPILED = Path.home() / ".theano"  # Theano compiles once for all tests


def start(*arguments, **options):
    """Start Python so that Ctrl-C reaches it, even where this process ignores it.

    A shell that is not interactive has its background jobs ignore it, and whatever they
    start would, too.
    """
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
    finally:
        signal.signal(signal.SIGINT, previous)


def save_as_trained(model, path):
    """Save a model as training on the digits would have left it."""
    model.save(path)
    config = json.loads((path / "config.json").read_text())
    config["data"] = "digits"
    config["dataset"]["sha256"] = data.load("digits").sha256
    (path / "config.json").write_text(json.dumps(config))


def rows(run):
    """history.csv but for the seconds."""
    with (run / "history.csv").open() as file:
        return [{**row, "seconds": None} for row in csv.DictReader(file)]


def checkpoint(run):
    """Everything but the seconds, as bytes."""
    with np.load(run / "checkpoint.npz") as arrays:
        return {name: arrays[name].tobytes() for name in arrays if name != "seconds"}


def files(run):
    """The paths of all files in a folder."""
    return sorted(str(p.relative_to(run)) for p in run.rglob("*") if p.is_file())


def succeed(result):
    """A command has done its work and complained of nothing -> what it printed"""
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def one_line(result, *words):
    """A command has refused something, in one line with these words."""
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    for word in words:
        assert word in line


def environment(home, **changes):
    """One without MNIST whose home is a folder of the test; None removes a name."""
    names = {
        "MNIST_PATH": None,
        "TF_CPP_MIN_LOG_LEVEL": None,  # which JAX sets when it is imported
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "https_proxy": "http://127.0.0.1:9",  # nobody listens
        "PYTHONPATH": str(ROOT),
        "THEANO_FLAGS": f"base_compiledir={COMPILED}",
    }
    names = os.environ | names | changes
    return {name: value for name, value in names.items() if value is not None}


def lacking(words):
    """What the first program that they name, and that cannot run here, lacks."""
    named = re.findall(r"\b[a-z]+_[a-z]+\b", " ".join(map(str, words)))
    texts = [doorkeeper.lack(packages.framework(n)) for n in named if n in EVERY]
    return next(filter(None, texts), "")


def run(command, folder, **changes):
    """Run words or a line of a shell in a folder; skip if its framework is missing."""
    if text := lacking([command] if isinstance(command, str) else command):
        pytest.skip(text)
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, **changes),
        shell=isinstance(command, str),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def module(name, *words, folder, options=(), **changes):
    """Run `python -m NAME` in a folder."""
    command = [sys.executable, *options, "-m", name, *map(str, words)]
    return run(command, folder, **changes)
