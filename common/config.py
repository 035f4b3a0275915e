"""config.json: what a run is, and what it was trained on."""

import json
from dataclasses import dataclass, field, fields

from common import UserError, files, models
from common.settings import Settings

ARRAY = "array"  # the data of a model that was fitted in Python


@dataclass
class Config:
    """What config.json says, beside the settings of the run."""

    settings: Settings
    package: str  # that trained it
    data: str  # what --data takes to load the images again, or ARRAY
    dataset: dict  # facts of the images: name, source, numbers, sha256, pixels
    versions: dict = field(default_factory=dict)  # library: version

    def write(self, path):
        """Write it, the settings among the rest."""
        content = {"package": self.package, "model": self.settings.name}
        content |= self.settings.parameters() | {"data": self.data}
        content |= {"dataset": self.dataset, "versions": self.versions}
        files.write(path, json.dumps(content, indent=2).encode() + b"\n")

    @classmethod
    def read(cls, path):
        """Read it again.  UserError if it is damaged."""
        with files.opened(path) as file:
            text = file.read(files.FREELY)
        try:
            content = parsed(text)
            model = models.find(content["model"])
            if missing := set(Settings.options()) - set(content):
                raise KeyError(*sorted(missing))
            settings = model(**values_in(content, model))
            return cls(settings, *(content[f.name] for f in fields(cls)[1:]))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:100]
            raise UserError(f"{path}: damaged ({reason})") from None

    def check_data(self, dataset, place):
        """UserError if these are not the images that the run in `place` has seen."""
        if dataset.sha256 != self.dataset.get("sha256"):
            other = f"{dataset.source}: not the data that {place} was trained on"
            raise UserError(f"{other}; give its place with --data")

    @property
    def pixels(self):
        """Numbers in an image."""
        return self.dataset.get("pixels", 784)


def parsed(text):
    """What a config.json says, as it is called today.  ValueError if it is none."""
    try:
        return of_today(json.loads(text))
    except (TypeError, RecursionError):  # a list, say, or one in one in one
        raise ValueError("not the config.json of a run") from None


def of_today(content):
    """What an earlier config.json, or one of an experiment, is called today."""
    content = {**content}
    if "settings" in content:
        settings = {**content.pop("settings")}
        if "data" in content:
            content["dataset"] = content.pop("data")
        content |= settings.pop("options", {}) | settings
    if "seed" in content:
        content["random_state"] = content.pop("seed")
    return content


def values_in(content, model):
    """The settings in what `of_today` gives.  -> {name: value}

    ValueError for what this model has no setting for, or no run can have.
    """
    options, others = model.options(), {"model", *(f.name for f in fields(Config))}
    if names := set(content) - set(options) - others:
        raise ValueError(f"{min(names)} is no setting of {model.words.title}")
    for f in fields(Config)[1:]:
        if not isinstance(content.get(f.name, f.type()), f.type):
            raise ValueError(f"{f.name} must be a {f.type.__name__}")
    values = {name: content[name] for name in options if name in content}
    if isinstance(values.get("hidden"), list):
        values["hidden"] = tuple(values["hidden"])
    for name, value in values.items():
        options[name].check(name, value)
    return values


def read_options(path, model):
    """What a file says of options of `train`, "data" among them.  -> {name: value}

    The file is the config.json of a run, or as little of it as is wanted.  UserError,
    naming the file, for what no run of this model can have.
    """
    try:
        with files.opened(path) as file:
            content = parsed(file.read(files.FREELY))
        if content.get("model", model.name) != model.name:
            raise ValueError(f"not the settings of {model.words.title}")
        values = values_in(content, model)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None
    if content.get("data", ARRAY) != ARRAY:  # which no command can load
        values["data"] = content["data"]
    return values
