"""Settings: what each may be, and how it is said."""

import json

import numpy as np
import pytest
from sklearn.base import clone

from common import models, packages
from common.settings import Range
from tests import conftest
from tests.conftest import PACKAGES, make_settings

MODELS = [*map(models.find, conftest.MODELS)]
WRONG = {
    "epochs": ["2", 2.5, 0],
    "batch_size": [0, "all"],
    "hidden": [[0], [16, -1], "400"],
    "latent_dim": [-1, 1.5, True],
    "activation": ["gelu"],
    "learning_rate": [-1, "x"],
    "binarize": [None, "often"],
    "importance_samples": [0, 1.5, 101],
    "gradient": ["score"],
}
IMPOSSIBLE = [(name, value) for name, values in WRONG.items() for value in values]


def test_default_epochs():
    vae, gan = map(models.find, ("vae", "gan"))
    assert [vae.default_epochs(n) for n in (60_000, 1500, 10**7)] == [25, 150, 1]
    assert [gan.default_epochs(n) for n in (60_000, 1500)] == [30, 300]


@pytest.mark.parametrize("package", PACKAGES)
def test_an_estimator_is_the_settings_of_its_model(package):
    cls, model = packages.estimator(package), packages.model_of(package)
    assert issubclass(cls, model)
    assert cls().parameters() == model().parameters()
    assert cls().get_params() == model().parameters() | {"verbose": False}
    assert clone(cls(3, hidden=(5,))).get_params() == cls(3, hidden=(5,)).get_params()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("state", [None, np.int64(3), np.random.RandomState(0)])
def test_resolved_leaves_nothing_open(model, state):
    settings = model(hidden=5, batch_size=99, random_state=state).resolved(20)
    assert settings.hidden == (5,)
    assert settings.batch_size == 20
    assert settings.epochs == model.default_epochs(20)
    assert settings.random_state in Range(int, 0, 2**31)
    again = model(**settings.parameters()).resolved(20)
    assert again.parameters() == settings.parameters()
    json.dumps(model(np.int64(2), hidden=np.array([3])).resolved(20).parameters())


@pytest.mark.parametrize(("name", "value"), IMPOSSIBLE)
def test_impossible_values_are_named(name, value):
    with pytest.raises(ValueError, match=f"^{name} must be "):
        make_settings(**{name: value})
