"""What determines a run, and where its training stands."""

from dataclasses import dataclass

import numpy as np

from common.data import BINARIZATIONS
from common.parameters import GAIN

CHUNK = 100  # steps that a framework takes in one call


@dataclass(frozen=True)
class Settings:
    """What a run is determined by, together with its data."""

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
            isinstance(self.data, str)
            and len(self.hidden) > 0
            and all(type(count) is int and count > 0 for count in counts)
            and self.activation in GAIN
            and 0 < self.learning_rate < np.inf
            and self.binarize in BINARIZATIONS
            and type(self.seed) is int
            and self.seed >= 0
        )
        if not possible:
            raise ValueError(f"impossible {self}")


@dataclass
class Position:
    """Where training stands.  Saved with every checkpoint."""

    epoch: int = 0  # epochs that are finished
    steps: int = 0  # steps done of the next one,
    elbo: float = 0.0  # the sum of their ELBOs,
    seconds: float = 0.0  # and the time they took

    def __post_init__(self):
        """ValueError for what no checkpoint can say."""
        counts = (self.epoch, self.steps)
        if not all(type(count) is int and count >= 0 for count in counts):
            raise ValueError(f"impossible {self}")
        if self.steps % CHUNK or not np.isfinite([self.elbo, self.seconds]).all():
            raise ValueError(f"impossible {self}")


def default_epochs(images):
    """Epochs that show a network 1.5 million images: 25 for MNIST; at most 150."""
    return min(150, max(1, round(1_500_000 / images)))
