"""A run's folder that somebody edited or copied."""

import json
import os
import shutil

import numpy as np
import pytest

from common import UserError
from common.runs import Run
from tests.conftest import ROOT
from vae_numpy import VAE


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    X = np.random.default_rng(0).random((50, 784))
    VAE(latent_dim=2, hidden=(8,), epochs=1).fit(X).save(folder)
    return folder


@pytest.fixture
def run(saved, tmp_path):
    return Run(shutil.copytree(saved, tmp_path / "run"))


def test_overwriting_a_model_of_weights_alone(tmp_path):
    shutil.copytree(ROOT / "pretrained" / "vae", tmp_path / "run")
    run = Run(tmp_path / "run")
    assert run.has_weights_alone()
    run.create(overwrite=True)
    run.unlock()
    assert not run.weights_path.exists()


def test_an_edited_config(run):
    content = json.loads(run.config_path.read_text()) | {"learning_rate": 10**400}
    run.config_path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"config.json: damaged"):
        run.read_config()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads all")
def test_what_cannot_be_read_is_not_called_damaged(run):
    run.checkpoint_path.chmod(0)
    with pytest.raises(UserError, match="cannot be read"):
        run.read_config()
