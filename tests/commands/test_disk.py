"""A disk that is full at any moment: one line, and nothing that is half-written."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from common.images import data
from common.models.vae import figures
from tests.helpers import checkpoint, succeed

WORDS = ["--data", "digits", "--epochs", 2, "--hidden", 10, "--latent-dim", 2]


class Disk:
    """Counts what takes room; from `full` on there is none."""

    def __init__(self, patch):
        self.full, self.count = None, 0
        for owner, name in ((os, "fsync"), (Path, "mkdir"), (Path, "replace")):
            patch.setattr(owner, name, self.limited(getattr(owner, name)))
        opened = Path.open

        def limited(path, mode="r", *arguments, **options):
            if "w" in mode:
                self.take()
            return opened(path, mode, *arguments, **options)

        patch.setattr(Path, "open", limited)

    def limited(self, function):
        def call(*arguments, **options):
            self.take()
            return function(*arguments, **options)

        return call

    def take(self):
        self.count += 1
        if self.full is not None and self.count > self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def disk(monkeypatch, digits):
    """With data and pictures that are made fast."""
    monkeypatch.setattr(data, "_digits", lambda: digits)
    few = {name: Figure(figsize=(1, 1)) for name in ("curves.png", "samples.png")}
    monkeypatch.setattr(figures, "of_run", lambda *_: few)
    with monkeypatch.context() as patch:
        yield Disk(patch)


def complete(folder):
    """Every file there is can be read to its end."""
    for path in folder.rglob("*"):
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                assert all(np.isfinite(arrays[name]).all() for name in arrays)
        elif path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix == ".csv":
            assert path.read_text().endswith("\n")
        elif path.suffix == ".png":
            assert path.read_bytes().endswith(b"IEND\xaeB`\x82")
        else:
            assert path.is_dir(), path


def refused(result):
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.endswith(("space left on device)\n", "space left on device\n"))
    assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_training_and_going_on(command, tmp_path, disk):
    whole = tmp_path / "whole"
    assert command("vae_numpy.train", *WORDS, "--out", whole).returncode == 0
    writes, expected = disk.count, checkpoint(whole)
    assert writes > 20
    for full in range(writes):
        run = tmp_path / str(full)
        disk.full, disk.count = full, 0
        refused(command("vae_numpy.train", *WORDS, "--out", run))
        complete(tmp_path)
        assert not run.exists() or (run / "checkpoint.npz").exists()
        disk.full = None
        words = [*WORDS, "--out", run]
        if (run / "config.json").exists():
            words = ["--resume", run]
        succeed(command("vae_numpy.train", *words))
        assert checkpoint(run) == expected


def test_a_command(command, tmp_path, disk):
    run = tmp_path / "run"
    assert command("vae_numpy.train", *WORDS, "--out", run).returncode == 0
    disk.count = 0
    assert command("vae_numpy", "sample", run, "--output", run / "x").returncode == 0
    for full in range(disk.count):
        disk.full, disk.count = full, 0
        refused(command("vae_numpy", "sample", run, "--output", tmp_path / f"{full}"))
        complete(tmp_path)
