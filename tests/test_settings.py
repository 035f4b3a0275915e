"""Settings: what each may be; config.json, in its form and in the earlier one."""

import argparse
import json

import numpy as np
import pytest
from sklearn.base import clone

from common import UserError, models, packages
from common.config import Config, read_options
from common.runs import Run
from common.settings import COUNT, Range
from tests.conftest import PACKAGES, ROOT, make_settings

MODELS = [*map(models.find, models.names())]
IMPOSSIBLE = [
    ("epochs", "2"),
    ("epochs", 2.5),
    ("epochs", 0),
    ("batch_size", 0),
    ("batch_size", "all"),
    ("hidden", [0]),
    ("hidden", [16, -1]),
    ("hidden", "400"),
    ("latent_dim", -1),
    ("latent_dim", 1.5),
    ("latent_dim", True),
    ("activation", "gelu"),
    ("learning_rate", -1),
    ("learning_rate", "x"),
    ("binarize", None),
    ("binarize", "often"),
    ("importance_samples", 101),
]
IN_A_FILE = [
    *IMPOSSIBLE,
    ("random_state", 1.5),
    ("model", "guesswork"),
    ("surprise", 1),
]


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


def test_what_may_be_is_said_in_words():
    described = {name: str(o) for name, o in models.find("gan").options().items()}
    assert described["latent_dim"] == "a whole number from 1 to 1,000,000"
    assert described["hidden"] == "whole numbers from 1 to 1,000,000"
    assert described["penalty"] == "a number from 0 to 1,000,000"
    assert described["activation"] == "one of leaky_relu, relu, tanh"


def test_a_number_that_somebody_types():
    assert COUNT("17") == 17
    assert Range(float, 0, 1)("1e-3") == 0.001
    for text in ("0", "1.5", "x", "1000001"):
        with pytest.raises(argparse.ArgumentTypeError, match=f"from 1.*not {text}"):
            COUNT(text)


@pytest.fixture
def run(tmp_path):
    """A run's folder with a config.json -> the Run."""
    run, facts = Run(tmp_path), {"sha256": "0", "pixels": 9}
    config = Config(make_settings(), "vae_tf", "digits", facts, {"x": "1"})
    config.write(run.config_path)
    return run


def former(content):
    """The earlier form of config.json, which had settings and data apart."""
    others = {name: content.pop(name) for name in ("package", "versions")}
    facts, seed = content.pop("dataset"), content.pop("random_state")
    own = {"importance_samples": content.pop("importance_samples")}
    settings = content | {"seed": seed, "options": own}
    return others | {"settings": settings, "data": facts}


@pytest.mark.parametrize("form", [dict, former])
def test_both_forms_of_config_say_the_same(run, form):
    expected = run.read_config()
    content = json.loads(run.config_path.read_text())
    run.config_path.write_text(json.dumps(form(content)))
    config = run.read_config(models.find("vae"))
    assert config.settings.parameters() == make_settings().parameters()
    assert config.pixels == 9
    assert vars(config) | {"settings": 0} == vars(expected) | {"settings": 0}
    options = read_options(run.config_path, models.find("vae"))
    assert options == config.settings.parameters() | {"data": "digits"}


def damaged(run, text):
    """Whether a config.json with this text is refused."""
    run.config_path.write_text(text)
    with pytest.raises(UserError, match=r"config\.json: damaged"):
        run.read_config(models.find("vae"))


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"settings": {"hidden": 3}}'])
def test_damaged_config(run, text):
    damaged(run, text)


@pytest.mark.parametrize("form", [dict, former])
@pytest.mark.parametrize(("name", "value"), IN_A_FILE)
def test_config_with_an_impossible_value(run, form, name, value):
    content = json.loads(run.config_path.read_text())
    damaged(run, json.dumps(form(content | {name: value})))


@pytest.mark.parametrize("form", [dict, former])
def test_config_without_a_part(run, form):
    content = form(json.loads(run.config_path.read_text()))
    for name in set(content) - {"importance_samples"}:  # which the earliest lack
        damaged(run, json.dumps({n: v for n, v in content.items() if n != name}))


@pytest.mark.parametrize("package", ["autoencoder_tf", "vae_tf", "vae_theano"])
def test_configs_of_earlier_runs_are_read(package):
    config = Run(ROOT / "tests" / "fixtures" / package).read_config()
    assert (config.package, config.data) == (package, "digits")
    assert config.settings.name == packages.model_of(package).name
    assert config.pixels == 784
    assert len(config.dataset["sha256"]) == 64
