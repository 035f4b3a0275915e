"""What determines a run, and where its training stands."""

from dataclasses import asdict, dataclass, field

import numpy as np

from common.data import BINARIZATIONS
from common.parameters import GAIN

CHUNK = 100  # steps that a framework takes in one call
ARRAY = "array"  # the data of a model that was fitted in Python


@dataclass(frozen=True)
class Kind:
    """What tells an autoencoder from a variational one outside model.py."""

    title: str
    estimator: str  # the class that a package exports
    objective: str  # what training raises: the first of
    measures: tuple[str, ...]  # each image's
    noisy: bool  # training takes noise for the reparameterization
    defaults: dict = field(hash=False)

    @property
    def columns(self):
        """The columns of history.csv."""
        tests = (f"test_{measure}" for measure in self.measures)
        first = f"train_{self.measures[0]}"
        return ("epoch", first, *tests, "learning_rate", "seconds")


TRAINING = {
    "data": "mnist",
    "batch_size": 128,
    "activation": "relu",
    "seed": 0,
}
KINDS = {
    "autoencoder": Kind(
        "an autoencoder",
        "Autoencoder",
        "log-likelihood",
        ("log_likelihood", "mse"),
        noisy=False,
        defaults=TRAINING
        | {"hidden": (), "latent_dim": 200, "learning_rate": 0.001, "binarize": "none"},
    ),
    "vae": Kind(
        "a variational autoencoder",
        "VAE",
        "ELBO",
        ("elbo", "log_likelihood", "kl"),
        noisy=True,
        defaults=TRAINING
        | {"hidden": (400,), "latent_dim": 20}
        | {"learning_rate": 0.003, "binarize": "dynamic"},
    ),
}


def kind_of(package):
    """The name in KINDS of what a package trains: vae_tf -> vae."""
    return package.partition("_")[0]


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

    def __post_init__(self):
        """ValueError, naming the option, for what no run can have."""
        count, one_of = "a whole number from 1", "one of {}".format
        numbers = isinstance(self.hidden, tuple) and all(map(_is_count, self.hidden))
        rate = isinstance(self.learning_rate, int | float)
        for name, possible, expected in [
            ("model", self.model in KINDS, one_of(", ".join(KINDS))),
            ("data", isinstance(self.data, str), "a string"),
            ("epochs", _is_count(self.epochs), count),
            ("batch_size", _is_count(self.batch_size), count),
            ("latent_dim", _is_count(self.latent_dim), count),
            ("hidden", numbers, "whole numbers from 1"),
            ("activation", self.activation in GAIN, one_of(", ".join(GAIN))),
            (
                "learning_rate",
                rate and 0 < self.learning_rate < np.inf,
                "a positive number",
            ),
            (
                "binarize",
                self.binarize in BINARIZATIONS,
                one_of(", ".join(BINARIZATIONS)),
            ),
            (
                "seed",
                type(self.seed) is int and self.seed >= 0,
                "a whole number from 0",
            ),
        ]:
            if not possible:
                raise ValueError(
                    f"{name} must be {expected}, not {getattr(self, name)!r}"
                )

    @property
    def kind(self):
        """The Kind of the model."""
        return KINDS[self.model]

    def parameters(self):
        """The same as parameters of an estimator."""
        given = asdict(self)
        del given["model"], given["data"]
        return given | {"random_state": given.pop("seed")}


def _is_count(value):
    return type(value) is int and value > 0


@dataclass
class Position:
    """Where training stands.  Saved with every checkpoint."""

    epoch: int = 0  # epochs that are finished
    steps: int = 0  # steps done of the next one,
    total: float = 0.0  # the sum of what they raise: the batches' mean ELBOs, say,
    seconds: float = 0.0  # and the time they took

    def __post_init__(self):
        """ValueError for what no checkpoint can say."""
        counts = (self.epoch, self.steps)
        if not all(type(count) is int and count >= 0 for count in counts):
            raise ValueError(f"impossible {self}")
        if self.steps % CHUNK or not np.isfinite([self.total, self.seconds]).all():
            raise ValueError(f"impossible {self}")


def default_epochs(images):
    """Epochs that show a network 1.5 million images: 25 for MNIST; at most 150."""
    return min(150, max(1, round(1_500_000 / images)))
