"""What determines a run, and where its training stands."""

from dataclasses import dataclass, field

import numpy as np

from common.data import BINARIZATIONS
from common.parameters import GAIN

CHUNK = 100  # steps that a framework takes in one call


@dataclass(frozen=True)
class Kind:
    """What tells an autoencoder from a variational one outside model.py."""

    title: str
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
        "log-likelihood",
        ("log_likelihood", "mse"),
        noisy=False,
        defaults=TRAINING
        | {"hidden": (), "latent_dim": 200, "learning_rate": 0.001, "binarize": "none"},
    ),
    "vae": Kind(
        "a variational autoencoder",
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
        """ValueError for what no run can have."""
        counts = (self.epochs, self.batch_size, self.latent_dim, *self.hidden)
        possible = (
            self.model in KINDS
            and isinstance(self.data, str)
            and all(type(count) is int and count > 0 for count in counts)
            and self.activation in GAIN
            and 0 < self.learning_rate < np.inf
            and self.binarize in BINARIZATIONS
            and type(self.seed) is int
            and self.seed >= 0
        )
        if not possible:
            raise ValueError(f"impossible {self}")

    @property
    def kind(self):
        """The Kind of the model."""
        return KINDS[self.model]


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
