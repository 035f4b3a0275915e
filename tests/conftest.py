import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from common import data, parameters
from common.settings import Settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def digits():
    return data.load("digits")


@pytest.fixture
def settings():
    """A small model that trains in a blink."""
    return Settings(
        data="digits",
        epochs=3,
        batch_size=50,
        hidden=(16,),
        latent_dim=2,
        activation="relu",
        learning_rate=0.003,
        binarize="dynamic",
        seed=0,
    )


@pytest.fixture
def initial(digits, settings):
    return parameters.vae(
        digits.train_images,
        settings.hidden,
        settings.latent_dim,
        settings.activation,
        settings.seed,
    )


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def nowhere(tmp_path):
    """An environment in which MNIST is neither on the machine nor to be downloaded."""
    environment = {k: v for k, v in os.environ.items() if k != "MNIST_PATH"}
    return environment | {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "https_proxy": "http://127.0.0.1:9",  # nobody listens
    }


@pytest.fixture
def command(nowhere):
    """Run `python -m ...` in the project's folder -> CompletedProcess."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=ROOT,
            env=nowhere | environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run
