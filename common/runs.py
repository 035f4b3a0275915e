"""A run's folder: config.json, history.csv, checkpoint.npz, figures/."""

import contextlib
import csv
import os
from pathlib import Path

import numpy as np

from common import UserError, batches, files, packages
from common.config import Config
from common.loop import Epoch

FORMATS = {  # of the columns of history.csv; all others are nats
    "epoch": "{:d}",
    "test_mse": "{:.7f}",
    "learning_rate": "{:.6g}",
    "seconds": "{:.2f}",
}


def find(path, model):
    """A path; "latest": the newest of the model in runs/; "pretrained": our own."""
    if path == "pretrained":
        path = packages.ROOT / "pretrained" / model.name
        if not path.is_dir():
            none = f"no trained model comes along for {model.words.title}"
            raise UserError(f"{none}; train one")
        return path
    if path != "latest":
        return files.path(path)
    walk = os.walk("runs", followlinks=True)
    name = "checkpoint.npz"
    trained = [Path(folder, name) for folder, _, names in walk if name in names]
    for path in sorted(trained, key=lambda path: -path.stat().st_mtime):
        with contextlib.suppress(UserError):  # of another model, or damaged
            Run(path.parent).read_config(model)
            return path.parent
    place = f"{Path('runs').absolute()}: no trained run of {model.words.title}"
    raise UserError(f"{place}; where --out put it, name its folder")


class Run:
    """One training run in its own folder."""

    def __init__(self, path):
        self.path = path
        self._lock = None
        self.config_path = path / "config.json"
        self.history_path = path / "history.csv"
        self.checkpoint_path = path / "checkpoint.npz"
        self.weights_path = path / "weights.npz"  # instead of it: float16, no moments
        self.figures = path / "figures"

    def check_free(self, overwrite=False):
        """UserError if a new run cannot have this folder."""
        try:
            self.read_config()
        except UserError:
            if self.path.is_file() or self._files():
                other = f"{self.path}: exists and is not a run; choose another --out"
                raise UserError(other) from None
            return
        if not overwrite:
            raise UserError(
                f"{self.path}: there is a run already; continue it with --resume, "
                "replace it with --overwrite, or choose another --out"
            )

    def _files(self):
        """Whatever lies in the folder but for hidden files."""
        return [path for path in self.path.rglob("[!.]*") if path.is_file()]

    def create(self, overwrite=False):
        """Make the folder, and remove the run that was in it."""
        self.check_free(overwrite)
        self.path.mkdir(parents=True, exist_ok=True)
        self.lock()
        self.clear()

    def clear(self):
        """Remove every file of a run, config.json only where nothing else is left."""
        old = [self.checkpoint_path, self.weights_path, self.history_path]
        for path in (*old, *self.figures.glob("*.png")):
            path.unlink(missing_ok=True)
        if self._files() == [self.config_path]:  # else files of commands need it
            self.config_path.unlink()

    def lock(self):
        """Keep other processes from training here, until unlock() or this one ends."""
        import filelock  # slower than `--help` should be

        self._lock = filelock.FileLock(self.path / ".lock", timeout=0)
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise UserError(f"{self.path}: another process is training here") from None
        for stale in self.path.rglob(".*.[0-9]*.tmp"):  # of a process that was killed
            if stale.is_file():
                stale.unlink()

    def unlock(self):
        """Let others train here."""
        if self._lock is not None and self._lock.is_locked:
            if os.name != "nt":  # where an open file cannot be removed
                (self.path / ".lock").unlink(missing_ok=True)
            self._lock.release()

    def read_config(self, model=None):
        """The Config of a run of this model; None: of any model.

        UserError if there is none, if it is damaged, or of another model.
        """
        if not self.config_path.is_file():
            raise UserError(f"{self.path}: not a run (there is no config.json in it)")
        config = Config.read(self.config_path)
        if model and config.settings.name != model.name:
            raise UserError(
                f"{self.path}: a run of {config.settings.words.title}, not of "
                f"{model.words.title}; use {config.package}"
            )
        return config

    def save(self, history, state, epoch):
        """Write history.csv, then checkpoint.npz, which decides where a run stands.

        `epoch` is the Epoch to continue with.
        """
        lines = [",".join(history[0])] if history else [""]
        for row in history:
            cells = [FORMATS.get(n, "{:.4f}").format(v) for n, v in row.items()]
            lines.append(",".join(cells))
        files.write(self.history_path, "\r\n".join([*lines, ""]).encode())
        files.write_arrays(self.checkpoint_path, **state, **_as_arrays(epoch))

    def has_weights_alone(self):
        """Whether it can be used, but not trained further."""
        return self.weights_path.exists() and not self.checkpoint_path.exists()

    def restore(self, estimator):
        """Load the checkpoint into it -> history, the Epoch to go on with.

        UserError if checkpoint or history are damaged or belong to another model.
        """
        columns = estimator.settings_.columns()
        if not self.checkpoint_path.exists():  # the first epoch was not finished
            if len(self._read_history(columns)) > 1:
                raise UserError(f"{self.checkpoint_path}: missing; start a new run")
            return [], Epoch(1)
        state, epoch = self.read_checkpoint(estimator)
        history = self._read_history(columns)[: epoch.number - 1]
        numbers = [row["epoch"] for row in history]
        if numbers != [*range(1, len(numbers) + 1)] or len(numbers) != epoch.number - 1:
            expected = f"expected rows for epochs 1 to {epoch.number - 1}"
            raise UserError(f"{self.history_path}: damaged; {expected}")
        estimator.load_state(state)
        return history, epoch

    def read_checkpoint(self, estimator):
        """The arrays of a checkpoint that this estimator needs, and the next Epoch.

        UserError if they are damaged, or differ in shape or dtype from its own.
        """
        own = estimator.state()
        path = self.weights_path if self.has_weights_alone() else self.checkpoint_path
        with files.opened(path) as file:
            try:
                arrays = files.arrays(file)
                if path == self.weights_path:
                    state, epoch = _from_weights(arrays, own)
                else:
                    state = {name: arrays[name] for name in own}
                    epoch = _epoch_of(arrays, estimator.settings_.training_sums)
                if not all(np.isfinite(array).all() for array in state.values()):
                    raise ValueError("infinite, or no number")
            except Exception:  # numpy and zipfile raise a dozen kinds
                raise UserError(f"{path}: damaged checkpoint") from None
        for n, mine in own.items():
            saved, needed = (f"{a.dtype} of shape {a.shape}" for a in (state[n], mine))
            if saved != needed:
                raise UserError(f"{path}: {n} is {saved}; this model's is {needed}")
        return state, epoch

    def _read_history(self, columns):
        """The rows of history.csv; none if it is missing or damaged."""
        try:
            with files.opened(self.history_path) as file:
                reader = csv.DictReader(file.read(files.FREELY).decode().splitlines())
                judged = [n for n in reader.fieldnames or () if n.startswith("judge_")]
                return [
                    {name: float(row[name]) for name in (*columns, *judged)}
                    | {"epoch": int(row["epoch"])}
                    for row in reader
                ]
        except (FileNotFoundError, KeyError, ValueError, TypeError, csv.Error):
            return []


def _as_arrays(epoch):
    """An Epoch as a checkpoint holds it; of several sums, `total` is an array."""
    total = [*epoch.sums.values()]
    return {
        "epoch": epoch.number - 1,  # those that are finished
        "steps": epoch.steps,
        "total": (total[0] if len(total) == 1 else total) or 0.0,
        "seconds": epoch.seconds,
    }


def _epoch_of(arrays, names):
    """The Epoch in a checkpoint, whose sums have these names.  ValueError if none."""
    finished, steps, seconds = (arrays[n].item() for n in ("epoch", "steps", "seconds"))
    sums = np.broadcast_to(arrays["total"], len(names)).tolist()
    counts = type(finished + steps) is int and min(finished, steps) >= 0
    if not counts or steps % batches.CHUNK or not np.isfinite([seconds, *sums]).all():
        raise ValueError(f"impossible: {finished} epochs and {steps} steps")
    return Epoch(finished + 1, steps, dict(zip(names, sums, strict=True)), seconds)


def _from_weights(arrays, own):
    """The state, without moments, and the Epoch.  KeyError if an array is missing."""
    names = [name for name in own if not name.startswith("adam_")]
    weights = {name: arrays[name].astype(own[name].dtype) for name in names}
    return own | weights, Epoch(arrays["epoch"].item() + 1)
