"""The settings that determine a run.  Each is defined in one place."""

import argparse
from dataclasses import dataclass, field, fields, replace

import numpy as np

from common import models, weights
from common.batches import BINARIZATIONS
from common.words import Words


@dataclass(frozen=True)
class Range:
    """Numbers between two ends; also the type of an option that argparse parses."""

    kind: type
    least: float
    most: float

    def __str__(self):
        """Whole number from 1 to 100, say."""
        name = "whole number" if self.kind is int else "number"
        return f"{name} from {self.least:,} to {self.most:,}"

    def __contains__(self, value):
        """Whether it is such a number; True and False are none."""
        kinds = (int,) if self.kind is int else (int, float)
        return type(value) in kinds and self.least <= value <= self.most

    def __call__(self, text):
        """The number that somebody typed."""
        try:
            value = self.kind(text)
        except ValueError:
            value = None
        if value not in self:
            raise argparse.ArgumentTypeError(f"must be a {self}, not {text}")
        return value


COUNT = Range(int, 1, 10**6)
WHOLE = Range(int, 0, 2**63 - 1)


@dataclass(frozen=True)
class Option:
    """What one setting may be, and what `--help` says of it."""

    values: Range | tuple  # of numbers, or of names to choose from
    help: str
    metavar: str | None = None
    group: str = "training"
    flag: str | None = None  # what is typed, where that is not the setting's name
    several: bool = False

    def check(self, name, value):
        """ValueError, naming the setting, for what no run can have."""
        each = value if self.several else [value]
        possible = self.several == isinstance(value, tuple)
        if not possible or not all(one in self.values for one in each):
            raise ValueError(f"{name} must be {self}, not {value!r}")

    def __str__(self):
        """What is expected, in words."""
        if isinstance(self.values, tuple):
            return f"one of {', '.join(self.values)}"
        number = str(self.values)
        return number.replace(" from", "s from") if self.several else f"a {number}"


def option(default, values, help, first=False, **more):  # noqa: A002 - as argparse
    """A field of Settings that is also an option of `train`."""
    metadata = {"option": Option(values, help, **more)}
    return field(default=default, kw_only=not first, metadata=metadata)


def like(name, default, **changes):
    """The field that every model has, with another default, help or choice."""
    original = Settings.__dataclass_fields__[name]
    metadata = {"option": replace(original.metadata["option"], **changes)}
    return field(default=default, kw_only=original.kw_only, metadata=metadata)


@dataclass(eq=False)
class Settings:
    """What all models share.  A model's own class adds fields, or other defaults.

    A field with an Option is a parameter of the estimator, an option of `train` and an
    entry of config.json; `resolved` checks it.  The class also says the `shapes` of the
    parameters and their `initial` values.
    """

    latent_dim: int = option(
        20, COUNT, "number of latent variables", True, metavar="Z", group="model"
    )
    hidden: tuple[int, ...] = option(
        (),
        COUNT,
        "units of each hidden layer of the encoder, which the decoder mirrors",
        metavar="UNITS",
        group="model",
        several=True,
    )
    activation: str = option(
        "relu", ("relu", "tanh"), "function of each hidden unit", group="model"
    )
    epochs: int | None = option(
        None,
        COUNT,
        "passes over the training images (default: as many as show 1.5 million "
        "images, but at most 150: 25 for mnist, 150 for digits)",
        metavar="N",
    )
    batch_size: int = option(128, COUNT, "images per step, at most all", metavar="B")
    learning_rate: float = option(
        0.001,
        Range(float, 1e-9, 1000),
        "Adam's learning rate at the first step; a cosine lowers it to 1% of that",
        metavar="RATE",
    )
    binarize: str = option(
        "none",
        BINARIZATIONS,
        "how gray levels become 0 or 1; dynamic: drawn anew every epoch; threshold: 1 "
        "above one half; none: they stay gray; static: the images are binary already, "
        "as in .amat files",
        group="data",
    )
    random_state: int | None = option(
        0,
        Range(int, 0, 2**64),
        "random seed of initial weights, image order, binarization and noise",
        metavar="N",
        flag="seed",
    )
    verbose: bool = field(default=False, kw_only=True)  # shows progress bars

    name = ""  # of the model, with which its packages' names begin
    words = Words()
    code = ()  # the layers in which an encoder ends
    training_sums = ()  # names of the sums that the network's `train` returns
    test_measures = {}  # name: Measure, of what the network's `evaluate` returns
    images_by_default = 1_500_000  # in training
    most_epochs = 150  # by default, however few images there are
    judged = False  # whether the classifier judges its samples after every epoch
    has_evidence = False  # its estimator has `log_evidence`, an estimate of log p(x)

    @classmethod
    def options(cls):
        """What describes each setting.  -> {name: Option}"""
        return {f.name: f.metadata["option"] for f in fields(cls) if f.metadata}

    @classmethod
    def columns(cls):
        """The columns of history.csv."""
        train = (f"train_{name}" for name in cls.training_sums)
        test = (f"test_{name}" for name in cls.test_measures)
        return ("epoch", *train, *test, "learning_rate", "seconds")

    @classmethod
    def default_epochs(cls, images):
        """The epochs that show `images_by_default` images: 25 for MNIST's 60,000."""
        return min(cls.most_epochs, max(1, round(cls.images_by_default / images)))

    def parameters(self):
        """The settings as they are.  -> {name: value}"""
        return {name: getattr(self, name) for name in self.options()}

    def resolved(self, images):
        """The same settings for so many training images, with nothing left open.

        ValueError, naming the setting, for what no run can have.
        """
        values = self.parameters()
        values["hidden"] = tuple(np.atleast_1d(self.hidden).tolist())
        if self.epochs is None:
            values["epochs"] = self.default_epochs(images)
        if not hasattr(self.random_state, "__index__"):  # None, or a generator
            from sklearn.utils import check_random_state  # slower than `--help`

            generator = check_random_state(self.random_state)
            values["random_state"] = generator.randint(2**31)
        for name, value in values.items():
            values[name] = value.item() if isinstance(value, np.generic) else value
            self.options()[name].check(name, values[name])
        values["batch_size"] = min(values["batch_size"], images)
        return models.find(self.name)(**values)

    def layers(self, pixels):
        """Sizes of all layers, from pixels to pixels."""
        down = [pixels, *self.hidden]
        return [*down, self.latent_dim, *reversed(down)]

    def shapes(self, pixels):
        """The shape of each parameter for images of so many pixels.  name -> tuple"""
        down = [pixels, *self.hidden, self.latent_dim]
        encoder = weights.shapes("encoder", down, *self.code)
        return encoder | weights.shapes("decoder", down[::-1], "W_logits")

    def noise(self, shape, rng):
        """What the network takes besides pixels: name -> array of (*shape, ...)"""
        return {}
