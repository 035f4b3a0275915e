"""config.json: in its form and in the earlier one, as it is and edited."""

import json

import pytest

from common import UserError, models
from common.config import Config, read_options
from common.runs import Run
from tests.conftest import make_settings
from tests.test_settings import IMPOSSIBLE

WRONG = {"random_state": 1.5, "learning_rate": 10**400, "data": 5, "dataset": "mnist"}
WRONG |= {"versions": None, "package": 3, "model": "guesswork", "surprise": 1}


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
@pytest.mark.parametrize(("name", "value"), [*IMPOSSIBLE, *WRONG.items()])
def test_config_with_an_impossible_value(run, form, name, value):
    content = json.loads(run.config_path.read_text())
    damaged(run, json.dumps(form(content | {name: value})))


@pytest.mark.parametrize("form", [dict, former])
def test_config_without_a_part(run, form):
    content = form(json.loads(run.config_path.read_text()))
    later = {"importance_samples", "gradient"}  # which earlier ones lack
    for name in set(content) - later:
        damaged(run, json.dumps({n: v for n, v in content.items() if n != name}))
