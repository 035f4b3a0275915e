"""A model that only generates: an estimator needs no encoder."""

import sys
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from common import settings
from common.estimator import Estimator
from common.settings import like


@dataclass(eq=False)
class Settings(settings.Settings):
    """Independent pixels, the same whatever the code."""

    latent_dim: int = like("latent_dim", 3)
    epochs: int | None = like("epochs", 20)
    batch_size: int = like("batch_size", 50)
    learning_rate: float = like("learning_rate", 1.0)

    name = "toy"
    training_sums = ("log_likelihood",)

    def shapes(self, pixels):
        return {"b_logits": (pixels,)}

    def initial(self, pixels):
        return {"b_logits": np.zeros(pixels.shape[1], np.float32)}


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


class Network:
    releases_gil = False

    def __init__(self, parameters, settings):
        self.b = parameters["b_logits"]

    def compile(self, quiet):
        pass

    def train(self, x, learning_rates):
        """Steps along the gradient of the mean log-likelihood."""
        total = 0.0
        for batch, rate in zip(x, learning_rates, strict=True):
            log_p = batch * self.b - np.logaddexp(0, self.b)
            total += float(log_p.sum(axis=1).mean())
            self.b = self.b + rate * (batch.mean(axis=0) - sigmoid(self.b))
        return {"log_likelihood": total}

    def decode(self, z):
        return np.tile(sigmoid(self.b), (len(z), 1)).astype(np.float32)

    def state(self):
        return {"b_logits": self.b}

    def load_state(self, state):
        self.b = state["b_logits"]


class Toy(Estimator, Settings):
    Network = Network


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """As if common/models/toy/ were there."""
    room = SimpleNamespace(Settings=Settings)
    monkeypatch.setitem(sys.modules, "common.models.toy", room)


def test_it_fits_samples_saves_and_loads(digits, tmp_path):
    X = np.divide(digits.train_images[:300], 255, dtype=np.float32)
    toy = Toy()
    with pytest.raises(NotFittedError):
        toy.sample()
    assert toy.fit(X) is toy
    assert len(toy.history_) == 20
    assert toy.history_[-1] > toy.history_[0] + 100
    made = toy.sample(4)
    assert made.shape == (4, 784)
    assert abs(made[0] - X.mean(axis=0)).max() < 0.1
    assert set(np.unique(toy.sample(4, draw="sample"))) == {0, 1}
    toy.save(tmp_path / "run")
    loaded = Toy.load(tmp_path / "run")
    np.testing.assert_array_equal(loaded.sample(4), made)
    assert loaded.get_params() == toy.get_params()


def test_it_has_no_encoder():
    for name in ("transform", "encode", "reconstruct", "score"):
        assert not hasattr(Toy, name), name
