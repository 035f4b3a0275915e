"""The trained model that comes along: small, usable at once, not resumable."""

import numpy as np
import pytest

from common import UserError, packages, runs
from common.images import data
from tests.conftest import MNIST, ROOT, packages_of
from tests.helpers import one_line, succeed
from tools.pretrained import keep_weights

FOLDER = ROOT / "pretrained" / "vae"


def load(package):
    return packages.estimator(package).load("pretrained")


def test_files():
    assert {path.name for path in FOLDER.iterdir()} == {"config.json", "weights.npz"}
    assert (FOLDER / "weights.npz").stat().st_size < 2e6
    assert runs.Run(FOLDER).read_config().data == "mnist"
    with np.load(FOLDER / "weights.npz", allow_pickle=False) as arrays:
        kinds = {arrays[name].dtype.name for name in arrays if name != "epoch"}
    assert kinds == {"float16"}


@pytest.mark.parametrize("package", packages_of("vae"))
def test_it_is_loaded_as_float32(package):
    model = load(package)
    with np.load(FOLDER / "weights.npz") as arrays:
        for name, value in model.state().items():
            if name in arrays:
                assert value.dtype == np.float32
                np.testing.assert_array_equal(value, arrays[name])
            else:
                assert name.startswith("adam_")
                assert not value.any()
    assert model.n_iter_ == 25


@MNIST
def test_it_is_as_good_as_the_run_it_came_from():
    """The run has -97.306 nats on these images; 16 bits change 0.0001."""
    assert load("vae_numpy").score(data.load("mnist").test_images[:2000]) > -97.32


def test_what_a_command_writes_does_not_lie_beside_it(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    succeed(command("vae_numpy", "sample", "pretrained", "--count", 4))
    names = sorted(p.name for p in (tmp_path / "runs" / "pretrained").iterdir())
    assert names == ["sample.npz", "sample.png"]
    test_files()


def test_what_it_is_not_for(command):
    result = command("vae_numpy.train", "--resume", "pretrained")
    one_line(result, f"error: {FOLDER}: has weights, but not the moments")
    words = "no trained model comes along for a generative adversarial network; train "
    one_line(command("gan_tf", "sample", "pretrained"), words)


def test_damaged(tmp_path, digits):
    model = packages.estimator("vae_numpy")(2, hidden=3, epochs=1)
    model.fit(digits.train_images[:128])
    model.save(tmp_path / "run")
    run = runs.Run(tmp_path / "run")
    keep_weights(run, model)
    run.checkpoint_path.unlink()
    half = type(model).load(run.path)
    X = digits.test_images
    np.testing.assert_allclose(half.transform(X), model.transform(X), atol=0.02)
    run.weights_path.write_bytes(run.weights_path.read_bytes()[:500])
    with pytest.raises(UserError, match=r"weights\.npz: damaged checkpoint"):
        type(model).load(run.path)
