"""What an estimator says and records when something outside it is not as it should."""

import copy
import json
import pickle
import sys
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from autoencoder_tf import Autoencoder
from common import loop
from tests.outside.shell import run
from vae_tf import VAE

SMALL = {"latent_dim": 2, "hidden": (5,), "epochs": 1}
X = load_digits().data[:300]


@pytest.fixture(scope="module")
def vae():
    return VAE(**SMALL).fit(X / 16)


@pytest.mark.parametrize(
    ("pixels", "cure"),
    [
        (X, "X lies in [0, 16]; pixels must lie in [0, 1]: divide by 16"),
        (
            np.rint(X / 16 * 255),
            "X lies in [0, 255]; pixels must lie in [0, 1]: divide by 255",
        ),
        (
            X / 16 - 0.5,
            "X lies in [-0.5, 0.5]; pixels must lie in [0, 1]: scale them, with "
            "MinMaxScaler(clip=True), say",
        ),
    ],
)
def test_fit_says_how_to_scale(pixels, cure):
    with pytest.raises(ValueError) as caught:
        VAE(**SMALL).fit(pixels)
    assert str(caught.value) == cure


CLIP = (
    "scale them as the training images were; a MinMaxScaler that was fitted to other "
    "images needs clip=True: MinMaxScaler(clip=True)"
)


def test_held_out_images_beyond_the_range(vae):
    scaler = MinMaxScaler().fit(X[:200])
    held_out = scaler.transform(X[200:])
    with pytest.raises(ValueError) as caught:
        vae.transform(held_out)
    line = f"X lies in [0, {held_out.max():g}]; pixels must lie in [0, 1]: {CLIP}"
    assert str(caught.value) == line
    with pytest.raises(ValueError, match=r"divide by 16$"):
        vae.transform(X)


@pytest.mark.slow
def test_a_search_that_finds_nothing_says_why():
    pipeline = make_pipeline(MinMaxScaler(), VAE(**SMALL))
    search = GridSearchCV(pipeline, {"vae__latent_dim": [2]}, cv=2, refit=False)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        search.fit(X)
    failed = [str(w.message) for w in seen if "Scoring failed" in str(w.message)]
    assert failed
    for message in failed:
        assert message.rstrip().endswith(CLIP)
    cured = make_pipeline(MinMaxScaler(clip=True), VAE(**SMALL))
    search = GridSearchCV(cured, {"vae__latent_dim": [2]}, cv=2, refit=False).fit(X)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("kind", [VAE, Autoencoder])
def test_save_after_an_interruption(tmp_path, monkeypatch, kind):
    estimator = kind(**SMALL | {"epochs": 5})
    train, calls = loop.train_epoch, []

    def interrupted(*arguments):
        calls.append(arguments)
        train(*arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "train_epoch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(X / 16)
    assert len(estimator.history_) == estimator.n_iter_ == 2
    assert np.ptp(estimator.sample(9)) > 0
    estimator.save(tmp_path / "m")
    with np.load(tmp_path / "m" / "checkpoint.npz") as arrays:
        assert arrays["epoch"] == 2
    assert json.loads((tmp_path / "m" / "config.json").read_text())["settings"]
    again = kind.load(tmp_path / "m")
    np.testing.assert_array_equal(again.sample(9), estimator.sample(9))
    again.save(tmp_path / "again")
    with np.load(tmp_path / "again" / "checkpoint.npz") as arrays:
        assert arrays["epoch"] == 2


def test_home_is_home_everywhere(tmp_path, monkeypatch, vae):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    vae.save("~/m")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    loaded = VAE.load("~/m")
    np.testing.assert_array_equal(loaded.sample(3), vae.sample(3))


@pytest.mark.slow
def test_workers_say_nothing(tmp_path):
    code = """
import numpy as np
from joblib import Parallel, delayed
from tests.outside.shell import run
from vae_tf import VAE
X = np.eye(20, 9)
vae = VAE(latent_dim=2, hidden=(3,), epochs=1).fit(X)
first, second = Parallel(2)(delayed(vae.transform)(x) for x in (X[:10], X[10:]))
np.testing.assert_allclose(np.vstack([first, second]), vae.transform(X), rtol=1e-4)
"""
    result = run([sys.executable, "-c", code], tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_pickles_of_classes_of_ones_own(vae):
    again = pickle.loads(pickle.dumps(vae))
    assert type(again) is VAE
    np.testing.assert_array_equal(again.sample(3), vae.sample(3))
    own = Own(**SMALL).fit(X / 16)
    assert type(pickle.loads(pickle.dumps(own))) is Own
    np.testing.assert_array_equal(copy.deepcopy(own).sample(3), own.sample(3))


class Own(VAE):
    pass
