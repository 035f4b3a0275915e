"""What determines a run."""

import json
from dataclasses import asdict, dataclass, field, fields

import numpy as np

from common import UserError, about
from common.batches import BINARIZATIONS

LARGEST = np.finfo(np.float32).max
ARRAY = "array"  # the data of a model that was fitted in Python


@dataclass(frozen=True)
class Settings:
    """What a run is determined by, together with its data."""

    model: str
    data: str
    epochs: int
    batch_size: int
    hidden: tuple[int, ...]
    latent_dim: int
    activation: str
    learning_rate: float
    binarize: str
    seed: int
    options: dict[str, float] = field(default_factory=dict)  # others: its About's

    def __post_init__(self):
        """ValueError, naming the option, for what no run can have."""
        self._one_of("model", about.names())
        self._one_of("activation", self.about.activations)
        self._one_of("binarize", BINARIZATIONS)
        for name in ("epochs", "batch_size", "latent_dim"):
            count = getattr(self, name)
            self._check(name, _is_whole(count, 1), "a whole number from 1")
        sizes = isinstance(self.hidden, tuple) and all(
            _is_whole(units, 1) for units in self.hidden
        )
        self._check("hidden", sizes, "whole numbers from 1")
        positive = _is_number(self.learning_rate) and self.learning_rate > 0
        self._check("learning_rate", positive, "a positive number")
        self._check_options()
        self._check("seed", _is_whole(self.seed, 0), "a whole number from 0")
        self._check("data", isinstance(self.data, str), "a string")

    def _check_options(self):
        own = self.about.options
        defaults = {name: option.default for name, option in own.items()}
        object.__setattr__(self, "options", defaults | self.options)  # it is frozen
        for name, value in self.options.items():
            if name not in own:
                raise ValueError(f"{name} is no option of {self.about.title}")
            most = own[name].most
            if most:
                possible = _is_whole(value, 1) and value <= most
                expected = f"a whole number from 1 to {most}"
            else:
                possible, expected = _is_number(value) and value >= 0, "a number from 0"
            if not possible:
                raise ValueError(f"{name} must be {expected}, not {value!r}")

    def _one_of(self, name, choices):
        self._check(
            name, getattr(self, name) in choices, f"one of {', '.join(choices)}"
        )

    def _check(self, name, possible, expected):
        if not possible:
            raise ValueError(f"{name} must be {expected}, not {getattr(self, name)!r}")

    @property
    def about(self):
        """The About of that name."""
        return about.find(self.model)

    @classmethod
    def of(cls, given):
        """From a dict that has them all, the model's own options among the rest."""
        names = [f.name for f in fields(cls) if f.name != "options"]
        own = about.find(given["model"]).options
        options = {name: given[name] for name in own if name in given}
        return cls(**{name: given[name] for name in names}, options=options)

    def parameters(self):
        """The same as parameters of an estimator."""
        given = asdict(self)
        del given["model"], given["data"]
        given |= given.pop("options")
        return given | {"random_state": given.pop("seed")}


def read_settings(path, model):
    """Settings in a file, of an About's models.  -> {name: value}, those that it has

    The file is the config.json of a run, or as little of its "settings" as is wanted.
    Raises UserError, naming the file, for what no such model can have.
    """
    try:
        found = json.loads(path.read_text())
        found = dict(found.get("settings", found))
        found |= found.pop("options", {})
        if "hidden" in found:
            found["hidden"] = tuple(found["hidden"])
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise UserError(f"{path}: not the config.json of a run") from None
    if found.pop("model", model.name) != model.name:
        raise UserError(f"{path}: not the settings of {model.title}")
    known = {f.name for f in fields(Settings)} | set(model.options)
    if unknown := sorted(set(found) - known):
        raise UserError(f"{path}: {unknown[0]} is no setting of {model.title}")
    rest = {"model": model.name, "data": "mnist", "epochs": 1, **model.defaults}
    if found.get("data") == ARRAY:  # which no command can load
        del found["data"]
    try:
        Settings.of(rest | found)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None
    return found


def _is_whole(value, least):
    return type(value) is int and value >= least


def default_epochs(images, model=about.About):
    """Epochs that show it 1.5 million images: 25 for MNIST; at most 150.

    Both numbers are those of most models; `model`, an About, may have its own.
    """
    return min(model.most_epochs, max(1, round(model.shown / images)))


def _is_number(value):
    return isinstance(value, int | float) and abs(value) < LARGEST
