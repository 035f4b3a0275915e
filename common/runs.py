"""A run's folder: config.json, history.csv, checkpoint.npz, figures/."""

import csv
import errno
import io
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from common import UserError, batches, files, packages
from common.settings import Settings

FORMATS = {  # of the columns of history.csv; all others are nats
    "epoch": "{:d}",
    "test_mse": "{:.7f}",
    "learning_rate": "{:.6g}",
    "seconds": "{:.2f}",
}


@dataclass
class Position:
    """Where training stands.  Saved with every checkpoint."""

    epoch: int = 0  # epochs that are finished
    steps: int = 0  # steps done of the next one,
    sums: dict = field(default_factory=dict)  # what they added up to, by name,
    seconds: float = 0.0  # and the time they took

    def __post_init__(self):
        """ValueError for what no checkpoint can say."""
        counts = (self.epoch, self.steps)
        if not all(type(count) is int and count >= 0 for count in counts):
            raise ValueError(f"impossible {self}")
        numbers = [self.seconds, *self.sums.values()]
        if self.steps % batches.CHUNK or not np.isfinite(numbers).all():
            raise ValueError(f"impossible {self}")

    def arrays(self):
        """As a checkpoint holds it; of several sums, `total` is an array."""
        total = [*self.sums.values()]
        total = total[0] if len(total) == 1 else total
        return {
            "epoch": self.epoch,
            "steps": self.steps,
            "total": total or 0.0,
            "seconds": self.seconds,
        }

    @classmethod
    def from_arrays(cls, arrays, names):
        """What `arrays` returned; `names` are those of the sums."""
        sums = np.broadcast_to(arrays["total"], len(names)).tolist()
        return cls(
            arrays["epoch"].item(),
            arrays["steps"].item(),
            dict(zip(names, sums, strict=True)),
            arrays["seconds"].item(),
        )


def find(path, about):
    """A path; for "latest", that of this model's newest run in runs/.

    For "pretrained", that of the trained model that comes along.
    """
    if path == "pretrained":
        path = packages.ROOT / "pretrained" / about.name
        if not path.is_dir():
            raise UserError(
                f"no trained model comes along for {about.title}; train one"
            )
        return path
    if path != "latest":
        return files.path(path)
    trained = Path("runs").glob(f"{about.name}_*/*/checkpoint.npz")
    newest = max(trained, key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        raise UserError(f"runs/: no trained run of {about.title} in this folder")
    return newest.parent


def _is_rest(path):
    """Whether this is all that is left of a run that ended before it began."""
    return path.is_dir() or path.name == ".lock" or path.match(".*.tmp")


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
        if not self.path.exists():
            place = next(p for p in self.path.absolute().parents if p.exists())
            if not place.is_dir() or not os.access(place, os.W_OK):
                raise UserError(f"{self.path}: cannot be made, {place} is not writable")
            return
        if self.path.is_dir() and all(map(_is_rest, self.path.rglob("*"))):
            return
        if not self.config_path.is_file():
            raise UserError(
                f"{self.path}: exists and is not a run; choose another --out"
            )
        if not overwrite:
            raise UserError(
                f"{self.path}: there is a run already; continue it with --resume, "
                "replace it with --overwrite, or choose another --out"
            )

    def create(self, overwrite=False):
        """Make the folder, empty but for figures/."""
        self.check_free(overwrite)
        self.figures.mkdir(parents=True, exist_ok=True)
        self.lock()
        old = [self.checkpoint_path, self.weights_path, self.history_path]
        for path in (*old, *self.figures.glob("*.png")):
            path.unlink(missing_ok=True)

    def open(self):
        """UserError if there is no run in the folder, or another process trains it."""
        self._check_exists()
        self.figures.mkdir(exist_ok=True)
        self.lock()

    def _check_exists(self):
        if not self.config_path.is_file():
            raise UserError(f"{self.path}: not a run (there is no config.json in it)")
        for path in (self.config_path, self.checkpoint_path, self.history_path):
            if path.exists() and not os.access(path, os.R_OK):
                raise UserError(f"{path}: cannot be read (Permission denied)")

    def lock(self):
        """Keep other processes from training here, until unlock() or this one ends."""
        import filelock  # which takes longer than `--help` should

        lock = filelock.FileLock(self.path / ".lock", timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise UserError(f"{self.path}: another process is training here") from None
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            if isinstance(error, PermissionError):
                reason = f"cannot be written ({error.strerror})"
            else:
                reason = f"cannot be locked ({error.strerror}); choose a folder on a "
                reason += "disk of this machine"
            raise UserError(f"{self.path}: {reason}") from None
        self._lock = lock
        for stale in self.path.rglob(".*.[0-9]*.tmp"):  # of a process that was killed
            if stale.is_file():
                stale.unlink()

    def unlock(self):
        """Let others train here."""
        if self._lock is not None:
            if os.name != "nt":  # where an open file cannot be removed
                (self.path / ".lock").unlink(missing_ok=True)
            self._lock.release()
        self._lock = None

    def write_config(self, config):
        """Write config.json, whose "settings" are a Settings."""
        config = {**config, "settings": asdict(config["settings"])}
        files.write(self.config_path, json.dumps(config, indent=2).encode() + b"\n")

    def read_config(self, about=None):
        """Read config.json of a run of this model; None: of any model.

        UserError if there is none, if it is damaged, or of another one.
        """
        self._check_exists()
        try:
            config = json.loads(self.config_path.read_text())
            settings = config["settings"]
            settings["hidden"] = tuple(settings["hidden"])
            config["settings"] = settings = Settings(**settings)
            config["data"]["sha256"], config["versions"] | {}  # are there
            config["package"].encode()
            if not 0 < config["data"].get("pixels", 784) < 10**6:
                raise ValueError("pixels")
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:100]
            raise UserError(f"{self.config_path}: damaged ({reason})") from None
        if about and settings.about is not about:
            raise UserError(
                f"{self.path}: a run of {settings.about.title}, not of "
                f"{about.title}; use {config['package']}"
            )
        return config

    def save(self, history, state, position):
        """Write history.csv, then checkpoint.npz, which decides where a run stands."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, history[0] if history else ())
        writer.writeheader()
        for row in history:
            writer.writerow(
                {n: FORMATS.get(n, "{:.4f}").format(v) for n, v in row.items()}
            )
        files.write(self.history_path, text.getvalue().encode())
        files.write_arrays(self.checkpoint_path, **state, **position.arrays())

    def has_weights_alone(self):
        """Whether it can be used, but not trained further."""
        return self.weights_path.exists() and not self.checkpoint_path.exists()

    def save_weights(self, state, epochs):
        """Write weights.npz: a state without Adam's moments, in float16."""
        weights = {n: a.astype(np.float16) for n, a in state.items() if _is_weight(n)}
        files.write_arrays(self.weights_path, **weights, epoch=epochs)

    def restore(self, estimator):
        """Load the checkpoint into it -> history, Position of that moment.

        UserError if checkpoint or history are damaged or belong to another model.
        """
        about = estimator.settings_.about
        columns = about.columns
        if not self.checkpoint_path.exists():  # the first epoch was not finished
            if len(self._read_history(columns)) > 1:
                raise UserError(f"{self.checkpoint_path}: missing; start a new run")
            return [], Position()
        state, position = self.read_checkpoint(about, estimator.state())
        history = self._read_history(columns)[: position.epoch]
        if [row["epoch"] for row in history] != list(range(1, position.epoch + 1)):
            raise UserError(
                f"{self.history_path}: damaged; expected rows for epochs 1 to "
                f"{position.epoch}"
            )
        estimator.load_state(state)
        return history, position

    def read_checkpoint(self, about, expected):
        """The arrays of a checkpoint that `expected` names, and the Position.

        UserError if they are damaged, or differ from `expected` in shape or dtype.
        """
        path = self.weights_path if self.has_weights_alone() else self.checkpoint_path
        if not path.exists():
            raise UserError(
                f"{self.path}: nothing is trained yet; continue the run with --resume"
            )
        try:
            with path.open("rb") as file:
                arrays = np.load(file, allow_pickle=False)
                if path == self.weights_path:
                    state, position = _from_weights(arrays, expected)
                else:
                    state = {name: arrays[name] for name in expected}
                    position = Position.from_arrays(arrays, about.watched)
            finite = all(np.isfinite(array).all() for array in state.values())
        except Exception:  # numpy and zipfile raise a dozen kinds
            finite = False
        if not finite:
            raise UserError(f"{path}: damaged checkpoint")
        for name, value in expected.items():
            if (state[name].shape, state[name].dtype) != (value.shape, value.dtype):
                raise UserError(
                    f"{path}: {name} is {state[name].dtype} of shape "
                    f"{state[name].shape}; this model's is {value.dtype} {value.shape}"
                )
        return state, position

    def _read_history(self, columns):
        """The rows of history.csv; none if it is damaged."""
        try:
            with self.history_path.open(newline="") as file:
                reader = csv.DictReader(file)
                judged = [n for n in reader.fieldnames or () if n.startswith("judge_")]
                rows = [
                    {name: float(row[name]) for name in (*columns, *judged)}
                    | {"epoch": int(row["epoch"])}
                    for row in reader
                ]
        except (OSError, KeyError, ValueError, TypeError, csv.Error):
            return []
        return rows if np.isfinite([[*row.values()] for row in rows]).all() else []


def _from_weights(arrays, expected):
    """-> the state, without moments, and the Position.  KeyError if one is missing."""
    names = filter(_is_weight, expected)
    weights = {name: arrays[name].astype(expected[name].dtype) for name in names}
    return expected | weights, Position(arrays["epoch"].item())


def _is_weight(name):
    return not name.startswith("adam_")
