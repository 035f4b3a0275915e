"""A run's folder: config.json, history.csv, checkpoint.npz, figures/."""

import csv
import fcntl
import io
import json
import os
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import asdict

import numpy as np

from common import UserError
from common.training import Position, Settings

COLUMNS = {  # of history.csv, and how each is written
    "epoch": "{:d}",
    "train_elbo": "{:.4f}",
    "test_elbo": "{:.4f}",
    "test_log_likelihood": "{:.4f}",
    "test_kl": "{:.4f}",
    "learning_rate": "{:.6g}",
    "seconds": "{:.2f}",
}


@contextmanager
def atomic(path):
    """Open a binary file that takes the name `path` once it is complete.

    Raises UserError if it cannot be written; what was there before is then kept.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)


class Run:
    """One training run in its own folder."""

    def __init__(self, path):
        self.path = path
        self.config_path = path / "config.json"
        self.history_path = path / "history.csv"
        self.checkpoint_path = path / "checkpoint.npz"
        self.figures = path / "figures"

    @classmethod
    def create(cls, path, config, overwrite=False):
        """Make the folder of a new run.  UserError if something else is there."""
        run = cls(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            if not run.config_path.is_file():
                raise UserError(
                    f"{path}: exists and is not a run; choose another --out"
                )
            if not overwrite:
                raise UserError(
                    f"{path}: there is a run already; continue it with --resume "
                    f"{path}, or replace it with --overwrite"
                )
        run.figures.mkdir(parents=True, exist_ok=True)
        run.lock()
        for file in (run.checkpoint_path, run.history_path, *run.figures.glob("*.png")):
            file.unlink(missing_ok=True)
        run.write_config(config)
        return run

    @classmethod
    def open(cls, path):
        """Find a run in its folder.  UserError if there is none."""
        run = cls(path)
        if not run.config_path.is_file():
            raise UserError(f"{path}: not a run (there is no config.json in it)")
        run.figures.mkdir(exist_ok=True)
        run.lock()
        return run

    def lock(self):
        """Keep other processes from training here, until unlock() or this one ends."""
        self._lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.unlock()
            raise UserError(f"{self.path}: another process is training here") from None
        for stale in self.path.glob(".*.tmp"):  # of a process that was killed
            stale.unlink()

    def unlock(self):
        """Let others train here."""
        os.close(self._lock)

    def write_config(self, config):
        """Write config.json, whose "settings" are a Settings."""
        config = {**config, "settings": asdict(config["settings"])}
        with atomic(self.config_path) as file:
            file.write(json.dumps(config, indent=2).encode() + b"\n")

    def read_config(self):
        """Read config.json.  UserError if it is damaged."""
        try:
            config = json.loads(self.config_path.read_text())
            settings = config["settings"]
            settings["hidden"] = tuple(settings["hidden"])
            return {**config, "settings": Settings(**settings)}
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{self.config_path}: damaged ({error!r})") from None

    def save(self, history, state, position):
        """Write history.csv, then checkpoint.npz, which decides where a run stands."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for row in history:
            writer.writerow(form.format(row[name]) for name, form in COLUMNS.items())
        with atomic(self.history_path) as file:
            file.write(text.getvalue().encode())
        with atomic(self.checkpoint_path) as file:
            np.savez(file, **state, **position)

    def restore(self, model):
        """Load the checkpoint into `model` -> history and Position of that moment."""
        if not self.checkpoint_path.exists():
            return [], Position()
        expected = model.state()
        try:
            with np.load(self.checkpoint_path, allow_pickle=False) as arrays:
                state = {name: arrays[name] for name in expected}
                position = Position(**{n: arrays[n].item() for n in asdict(Position())})
        except (
            OSError,
            EOFError,
            KeyError,
            ValueError,
            zipfile.BadZipFile,
            zlib.error,
        ):
            raise UserError(f"{self.checkpoint_path}: damaged checkpoint") from None
        for name, value in expected.items():
            if state[name].shape != value.shape:
                raise UserError(
                    f"{self.checkpoint_path}: {name} has shape {state[name].shape}; "
                    f"this model's is {value.shape}"
                )
        model.load_state(state)
        return self._read_history(position.epoch), position

    def _read_history(self, epochs):
        try:
            with self.history_path.open(newline="") as file:
                rows = [
                    {name: float(row[name]) for name in COLUMNS}
                    | {"epoch": int(row["epoch"])}
                    for row in csv.DictReader(file)
                ]
        except (OSError, KeyError, ValueError, TypeError):
            rows = []
        if [row["epoch"] for row in rows[:epochs]] != list(range(1, epochs + 1)):
            raise UserError(
                f"{self.history_path}: damaged; expected rows for epochs 1 to {epochs}"
            )
        return rows[:epochs]
