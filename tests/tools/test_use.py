"""`python -m PACKAGE COMMAND RUN` as a user runs it."""

import csv
import json
import os
import re
import shutil

import matplotlib.image
import numpy as np
import pytest

import vae_numpy
from autoencoder_tf import Autoencoder
from common import packages
from tests.conftest import ENCODERS
from tests.helpers import one_line, save_as_trained, succeed


@pytest.fixture(scope="module")
def runs(tmp_path_factory, digits):
    """A run of each model on the digits, as training leaves them."""
    folder = tmp_path_factory.mktemp("runs")
    for cls in (Autoencoder, vae_numpy.VAE):
        model = cls(latent_dim=2, hidden=(16,), epochs=5).fit(digits.train_images)
        save_as_trained(model, folder / cls.name)
    return {package: folder / packages.model_of(package).name for package in ENCODERS}


@pytest.fixture
def use(command, runs, tmp_path):
    """Call a command of a package -> what it printed, the arrays that it wrote."""

    def run(package, name, *options):
        output = ["--output", tmp_path / name]
        stdout = succeed(command(package, name, runs[package], *options, *output))
        for path in tmp_path.glob(f"{name}.*"):
            assert str(path) in stdout
        if not (tmp_path / f"{name}.npz").exists():
            return stdout, None
        with np.load(tmp_path / f"{name}.npz", allow_pickle=False) as arrays:
            return stdout, dict(arrays)

    return run


def test_a_command_does_what_the_class_does(use, runs, digits, tmp_path):
    X, package = digits.test_images, "vae_numpy"
    model = vae_numpy.VAE.load(runs[package])
    chosen = [0, 17, 42]
    _, arrays = use(package, "reconstruct", "--images", *chosen)
    assert arrays["images"].tolist() == chosen
    assert arrays["labels"].tolist() == digits.test_labels[chosen].tolist()
    np.testing.assert_array_equal(arrays["input"], model.seen(X[chosen]))
    expected = model.reconstruct(X[chosen])
    np.testing.assert_allclose(arrays["reconstruction"], expected, atol=1e-5)
    assert (tmp_path / "reconstruct.png").exists()

    _, arrays = use(package, "sample", "--count", 7, "--seed", 3)
    assert arrays["z"].shape == (7, 2)
    expected = model.sample(7, random_state=3)
    np.testing.assert_allclose(arrays["images"], expected, atol=1e-5)
    assert matplotlib.image.imread(tmp_path / "sample.png").shape[:2] == (930, 840)

    _, arrays = use(package, "interpolate", "--from", 3, "--to", 17, "--steps", 5)
    start, end = model.transform(X[[3, 17]])
    np.testing.assert_allclose(arrays["z"][[0, -1]], [start, end], atol=1e-5)
    np.testing.assert_allclose(arrays["z"][2], (start + end) / 2, atol=1e-5)
    decoded = model.inverse_transform(arrays["z"])
    np.testing.assert_allclose(arrays["images"], decoded, atol=1e-5)

    _, arrays = use(package, "encode")
    expected = model.encode(X)
    assert set(arrays) == {"labels", *expected}
    with (tmp_path / "encode.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [int(row["label"]) for row in table] == digits.test_labels.tolist()
    assert len(table[0]) == 1 + 2 * len(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(arrays[name], values, rtol=1e-4, atol=1e-5)
        ours = [[float(row[f"{name}_{i}"]) for i in (1, 2)] for row in table]
        np.testing.assert_allclose(ours, values, rtol=1e-3, atol=1e-5)


def test_some_of_each_class_and_drawn_pixels(use):
    _, arrays = use("vae_numpy", "reconstruct", "--per-class", 3, "--draw", "sample")
    assert arrays["labels"].tolist() == np.repeat(range(10), 3).tolist()
    assert set(np.unique(arrays["reconstruction"])) == {0, 1}
    _, arrays = use("vae_numpy", "sample", "--count", 5, "--draw", "sample")
    assert set(np.unique(arrays["images"])) == {0, 1}


def test_sample_of_a_given_point(use, runs):
    _, arrays = use("vae_numpy", "sample", "--z", -0.5, "-1e-3")
    np.testing.assert_array_equal(arrays["z"], np.array([[-0.5, -1e-3]], "f4"))
    expected = vae_numpy.VAE.load(runs["vae_numpy"]).inverse_transform(arrays["z"])
    np.testing.assert_allclose(arrays["images"], expected, atol=1e-5)


def test_evaluate_says_what_the_class_measures(use, runs, digits, tmp_path):
    stdout, _ = use("vae_numpy", "evaluate", "--samples", 20, "--judge", 0)
    ours = json.loads((tmp_path / "evaluate.json").read_text())
    assert (ours["images"], ours["samples"], ours["data"]) == (297, 20, "digits")
    vae = vae_numpy.VAE.load(runs["vae_numpy"])
    scores, *parts = vae.measures(digits.test_images)
    values = [scores, *parts, vae.log_evidence(digits.test_images, 20)]
    names = "elbo", "log_likelihood", "kl", "importance_sampled"
    titles = "ELBO", r"  log p\(x\|z\)", "  KL", r"log p\(x\),"
    for name, title, exact in zip(names, titles, values, strict=True):
        mean = ours[name]["mean"]
        assert mean == pytest.approx(exact.mean(dtype=float))
        shown = re.search(rf"^{title}.* (-?[\d.]+) \+- ", stdout, re.M)
        assert float(shown[1]) == pytest.approx(mean, abs=0.006)
    error = scores.std(ddof=1) / np.sqrt(297)
    assert ours["elbo"]["standard_error"] == pytest.approx(error, rel=1e-3)
    assert ours["importance_sampled"]["mean"] > ours["elbo"]["mean"]


def test_evaluate_an_autoencoder(use, tmp_path):
    stdout, _ = use("autoencoder_tf", "evaluate", "--judge", 0)
    assert "ELBO" not in stdout
    assert "per pixel" in stdout
    assert 0 < json.loads((tmp_path / "evaluate.json").read_text())["mse"]["mean"] < 0.1


def test_one_image_has_no_standard_error(use, digits, tmp_path):
    x, y = digits.train_images, digits.train_labels
    np.savez(tmp_path / "one.npz", x_train=x, y_train=y, x_test=x[:1], y_test=y[:1])
    options = "--data", tmp_path / "one.npz", "--samples", 20, "--judge", 0
    stdout, _ = use("vae_numpy", "evaluate", *options)
    assert len(re.findall(r" -?\d+\.\d\d \+- \? nats per image\n", stdout)) == 4
    result = json.loads((tmp_path / "evaluate.json").read_text())
    assert result["elbo"]["standard_error"] is None


def test_output(command, runs, tmp_path):
    """May be a folder, but never a run's own file."""
    run = tmp_path / "run"
    vae_numpy.VAE.load(runs["vae_numpy"]).save(run)
    assert command("vae_numpy", "sample", run, "--output", tmp_path).returncode == 0
    assert (tmp_path / "sample.npz").exists()
    before = (run / "checkpoint.npz").read_bytes()
    for name in ("config", "config.json", "checkpoint.npz", "history"):
        result = command("vae_numpy", "sample", run, "--output", run / name)
        one_line(result, "the run's own file", "--output")
    assert (run / "checkpoint.npz").read_bytes() == before


def test_latest(command, runs, tmp_path, monkeypatch):
    """The newest of this model, however deep, also where a link leads to it."""
    monkeypatch.chdir(tmp_path)
    none = command("vae_numpy", "sample", "latest")
    one_line(none, f"{tmp_path}/runs: no trained run of a variational", "--out")
    shutil.copytree(runs["vae_numpy"], tmp_path / "elsewhere")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "link").symlink_to(tmp_path / "elsewhere")
    shutil.copytree(runs["vae_numpy"], tmp_path / "runs" / "mine" / "a" / "b")
    shutil.copytree(runs["autoencoder_tf"], tmp_path / "runs" / "other")
    (tmp_path / "runs" / "checkpoint.npz").write_text("of no run")
    for newest, older in [("link", "mine/a/b"), ("mine/a/b", "link")]:
        for time, place in enumerate((older, newest, "other")):
            os.utime(tmp_path / "runs" / place / "checkpoint.npz", (time, time))
        words = command("vae_numpy", "sample", "latest", "--count", 4)
        assert f"run    runs/{newest}\n" in succeed(words)


@pytest.mark.parametrize(
    ("package", "arguments", "words"),
    [
        ("vae_numpy", ["draw", "RUN"], ["draw", "reconstruct"]),
        ("vae_numpy", [], ["COMMAND", "reconstruct", "explore"]),
        ("vae_numpy", ["sample"], ["RUN"]),
        ("vae_numpy", ["sample", "no/such"], ["no/such", "not a run"]),
        ("vae_numpy", ["sample", "AUTOENCODER"], ["autoencoder", "autoencoder_tf"]),
        ("autoencoder_tf", ["sample", "RUN"], ["a run of", "use vae_numpy"]),
        ("vae_numpy", ["reconstruct", "RUN", "--images", 297], ["297", "0 to 296"]),
        ("vae_numpy", ["reconstruct", "RUN", "--per-class", 50], ["too many"]),
        ("vae_numpy", ["interpolate", "RUN", "--from", 3], ["--to"]),
        ("vae_numpy", ["sample", "RUN", "--z", 1], ["--z has 1", "z has 2"]),
        ("vae_numpy", ["sample", "RUN", "--z", "nan", 1], ["--z", "number"]),
        ("vae_numpy", ["evaluate", "RUN", "--judge", 1], ["--judge 1 is too few"]),
        ("autoencoder_tf", ["evaluate", "AUTOENCODER", "--samples", 5], ["--sam"]),
        ("vae_numpy", ["encode", "RUN", "--data", "no.npz"], ["no.npz", "no such"]),
        ("vae_numpy", ["sample", "RUN", "--output", "/dev/null/x"], ["/dev/null"]),
        ("vae_numpy", ["sample", "RUN", "--count", 64, "--z", 0, 0], ["not allowed"]),
    ],
)
def test_mistakes_get_one_line(command, runs, package, arguments, words):
    names = {"RUN": runs["vae_numpy"], "AUTOENCODER": runs["autoencoder_tf"]}
    one_line(command(package, *(names.get(a, a) for a in arguments)), *words)


@pytest.mark.slow
def test_a_model_fitted_in_python(command, tmp_path, digits):
    vae, own, small = vae_numpy.VAE(2, epochs=1), tmp_path / "own", tmp_path / "small"
    X = digits.test_images
    vae.fit(X).save(own)
    one_line(command("vae_numpy", "encode", own), "fitted in Python", "--data")
    one_line(command("vae_numpy.train", "--resume", own), "was fitted in Python")
    succeed(command("vae_numpy", "encode", own, "--data", "digits"))
    vae.fit(X[:, :64]).save(small)
    one_line(command("vae_numpy", "sample", small), "64 pixels")


def test_its_own_images_are_those_of_the_training(command, runs, tmp_path):
    run = shutil.copytree(runs["vae_numpy"], tmp_path / "run")
    config = json.loads((run / "config.json").read_text())
    config["dataset"]["sha256"] = "0"
    (run / "config.json").write_text(json.dumps(config))
    result = command("vae_numpy", "encode", run)
    one_line(result, f"not the data that {run} was trained on")
    succeed(command("vae_numpy", "encode", run, "--data", "digits"))
