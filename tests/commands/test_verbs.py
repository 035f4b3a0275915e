"""`python -m PACKAGE VERB RUN` as a user runs it."""

import csv
import json
import os
import re

import matplotlib.image
import numpy as np
import pytest

from autoencoder_tf import Autoencoder
from common import packages
from tests.commands.test_train import one_line
from tests.conftest import ENCODERS, packages_of
from vae_tf import VAE


@pytest.fixture(scope="module")
def X(digits):  # noqa: N802
    return np.divide(digits.test_images, 255, dtype=np.float32)


@pytest.fixture(scope="module")
def runs(tmp_path_factory, digits):
    """A run of each model on the digits, as training leaves them."""
    folder = tmp_path_factory.mktemp("runs")
    for cls, name in ((Autoencoder, "autoencoder"), (VAE, "vae")):
        model = cls(latent_dim=2, hidden=(16,), epochs=5)
        model.fit(digits.train_images / 255).save(folder / name)
        config = folder / name / "config.json"
        text = config.read_text().replace('"data": "array"', '"data": "digits"')
        config.write_text(text)
    return {package: folder / packages.model_of(package).name for package in ENCODERS}


@pytest.fixture
def verb(command, runs, tmp_path):
    """Call a verb of a package -> what it printed, the arrays that it wrote."""

    def run(package, name, *options):
        output = ["--output", tmp_path / name]
        result = command(package, name, runs[package], *options, *output)
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
        for path in tmp_path.glob(f"{name}.*"):
            assert str(path) in result.stdout
        if not (tmp_path / f"{name}.npz").exists():
            return result.stdout, None
        with np.load(tmp_path / f"{name}.npz", allow_pickle=False) as arrays:
            return result.stdout, dict(arrays)

    return run


def model_of(runs, package):
    return packages.estimator(package).load(runs[package])


@pytest.mark.parametrize("package", ENCODERS)
def test_reconstruct(verb, runs, package, X, digits, tmp_path):
    _, arrays = verb(package, "reconstruct", "--images", 0, 17, 42)
    model = model_of(runs, package)
    chosen = X[[0, 17, 42]]
    assert arrays["images"].tolist() == [0, 17, 42]
    assert arrays["labels"].tolist() == digits.test_labels[[0, 17, 42]].tolist()
    np.testing.assert_array_equal(arrays["input"], model.seen(chosen))
    expected = model.reconstruct(chosen)
    np.testing.assert_allclose(arrays["reconstruction"], expected, atol=1e-5)
    assert (tmp_path / "reconstruct.png").exists()


def test_reconstruct_some_of_each_class(verb):
    _, arrays = verb("vae_tf", "reconstruct", "--per-class", 3, "--draw", "sample")
    assert arrays["labels"].tolist() == np.repeat(range(10), 3).tolist()
    assert set(np.unique(arrays["reconstruction"])) == {0, 1}


@pytest.mark.parametrize("package", ENCODERS)
def test_encode(verb, runs, package, X, digits, tmp_path):
    _, arrays = verb(package, "encode")
    expected = model_of(runs, package).encode(X)
    assert set(arrays) == {"labels", *expected}
    for name, values in expected.items():
        np.testing.assert_allclose(arrays[name], values, rtol=1e-4, atol=1e-5)
    with (tmp_path / "encode.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [int(row["label"]) for row in table] == digits.test_labels.tolist()
    assert len(table[0]) == 1 + 2 * len(expected)
    for name, values in expected.items():
        ours = [[float(row[f"{name}_{i}"]) for i in (1, 2)] for row in table]
        np.testing.assert_allclose(ours, values, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("package", ENCODERS)
def test_sample(verb, runs, package, tmp_path):
    _, arrays = verb(package, "sample", "--count", 7, "--seed", 3)
    model = model_of(runs, package)
    assert arrays["z"].shape == (7, 2)
    np.testing.assert_allclose(
        arrays["images"], model.sample(7, random_state=3), atol=1e-5
    )
    picture = matplotlib.image.imread(tmp_path / "sample.png")
    assert picture.shape[:2] == (930, 840)


def test_sample_of_a_given_point(verb, runs):
    _, arrays = verb("vae_theano", "sample", "--z", 0.5, -1.25)
    np.testing.assert_array_equal(arrays["z"], [[0.5, -1.25]])
    expected = model_of(runs, "vae_theano").inverse_transform([[0.5, -1.25]])
    np.testing.assert_allclose(arrays["images"], expected, atol=1e-5)
    _, arrays = verb("vae_tf", "sample", "--count", 5, "--draw", "sample")
    assert set(np.unique(arrays["images"])) == {0, 1}


@pytest.mark.parametrize("package", ENCODERS)
def test_interpolate(verb, runs, package, X):
    _, arrays = verb(package, "interpolate", "--from", 3, "--to", 17, "--steps", 5)
    model = model_of(runs, package)
    start, end = model.transform(X[[3, 17]])
    np.testing.assert_allclose(arrays["z"][[0, -1]], [start, end], atol=1e-5)
    np.testing.assert_allclose(arrays["z"][2], (start + end) / 2, atol=1e-5)
    decoded = model.inverse_transform(arrays["z"])
    np.testing.assert_allclose(arrays["images"], decoded, atol=1e-5)


@pytest.mark.slow
def test_evaluate_agrees_between_the_frameworks(verb, runs, X, tmp_path):
    results = []
    for package in packages_of("vae"):
        stdout, _ = verb(package, "evaluate", "--samples", 20, "--judge", 0)
        results.append(json.loads((tmp_path / "evaluate.json").read_text()))
        for name, title in [("elbo", "ELBO"), ("importance_sampled", r"log p\(x\),")]:
            mean = results[-1][name]["mean"]
            shown = re.search(rf"^{title}.* (-[\d.]+) \+- ", stdout, re.M)
            assert float(shown[1]) == pytest.approx(mean, abs=0.006)
    ours, *twins = results
    for twin in twins:
        for name in ("elbo", "log_likelihood", "kl", "importance_sampled"):
            assert ours[name]["mean"] == pytest.approx(twin[name]["mean"], abs=0.01)
    assert (ours["images"], ours["samples"], ours["data"]) == (297, 20, "digits")
    scores = model_of(runs, "vae_tf").score_samples(X)
    assert ours["elbo"]["mean"] == pytest.approx(scores.mean(), abs=1e-3)
    error = scores.std(ddof=1) / np.sqrt(297)
    assert ours["elbo"]["standard_error"] == pytest.approx(error, rel=1e-3)
    assert ours["importance_sampled"]["mean"] > ours["elbo"]["mean"]


def test_evaluate_an_autoencoder(verb, tmp_path):
    stdout, _ = verb("autoencoder_tf", "evaluate", "--judge", 0)
    assert "ELBO" not in stdout
    assert "per pixel" in stdout
    result = json.loads((tmp_path / "evaluate.json").read_text())
    assert 0 < result["mse"]["mean"] < 0.1


def test_one_image_has_no_standard_error(verb, digits, tmp_path):
    arrays = {
        "x_train": digits.train_images.reshape(-1, 28, 28),
        "y_train": digits.train_labels,
        "x_test": digits.test_images[:1].reshape(-1, 28, 28),
        "y_test": digits.test_labels[:1],
    }
    np.savez(tmp_path / "one.npz", **arrays)
    options = "--data", tmp_path / "one.npz", "--samples", 20, "--judge", 0
    stdout, _ = verb("vae_numpy", "evaluate", *options)
    assert len(re.findall(r" -?\d+\.\d\d \+- \? nats per image\n", stdout)) == 4
    result = json.loads((tmp_path / "evaluate.json").read_text())
    assert result["elbo"]["standard_error"] is None


@pytest.mark.slow
def test_evaluate_gives_what_training_printed(command, process, tmp_path):
    out = tmp_path / "run"
    options = ["--data", "digits", "--epochs", 2, "--hidden", 16, "--quiet"]
    trained = command("vae_tf.train", *options, "--out", out).stdout
    elbo = re.search(r"test ELBO (-[\d.]+)", trained)[1]
    result = process("vae_tf", "evaluate", out, "--samples", 1, "--judge", 0)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(rf"^ELBO .* {elbo} \+- ", result.stdout, re.M)
    assert (out / "metrics.json").exists()


def test_a_run_is_never_overwritten(command, runs, tmp_path):
    VAE.load(runs["vae_tf"]).save(tmp_path / "run")
    names = ("config", "config.json", "checkpoint.npz", "history")
    before = (tmp_path / "run" / "checkpoint.npz").read_bytes()
    for name in names:
        output = ["--output", tmp_path / "run" / name]
        result = command("vae_tf", "sample", tmp_path / "run", *output)
        one_line(result, "the run's own file", "--output")
    assert (tmp_path / "run" / "checkpoint.npz").read_bytes() == before


def test_output_may_be_a_folder_and_z_small(command, runs, tmp_path):
    options = ["--z", "-1e-3", "-.5", "--output", tmp_path]
    result = command("vae_tf", "sample", runs["vae_tf"], *options)
    assert (result.returncode, result.stderr) == (0, "")
    with np.load(tmp_path / "sample.npz") as arrays:
        np.testing.assert_array_equal(arrays["z"], np.array([[-1e-3, -0.5]], "f4"))


def test_latest(command, runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one_line(command("vae_tf", "sample", "latest"), "no trained run of a variational")
    for number, package in enumerate(("vae_tf", "vae_theano", "autoencoder_tf")):
        run = tmp_path / "runs" / package / "r"
        run.parent.mkdir(parents=True)
        run.symlink_to(runs[package].with_name("copy" + package))
        VAE.load(runs["vae_tf"]).save(run.resolve())
        os.utime(run / "checkpoint.npz", (number, number))
    result = command("vae_tf", "sample", "latest")
    assert "runs/vae_theano/r" in result.stdout
    assert (tmp_path / "runs/vae_theano/r/sample.png").exists()


@pytest.mark.parametrize(
    ("package", "arguments", "words"),
    [
        ("vae_tf", ["draw", "RUN"], ["draw", "reconstruct"]),
        ("vae_tf", ["sample"], ["RUN"]),
        ("vae_tf", ["sample", "no/such"], ["no/such", "not a run"]),
        ("vae_theano", ["sample", "AUTOENCODER"], ["autoencoder", "autoencoder_tf"]),
        ("autoencoder_tf", ["sample", "RUN"], ["a run of", "use vae_tf"]),
        ("vae_tf", ["reconstruct", "RUN", "--images", 297], ["297", "0 to 296"]),
        ("vae_tf", ["reconstruct", "RUN", "--images", -1], ["--images", "from 0"]),
        ("vae_tf", ["reconstruct", "RUN", "--per-class", 50], ["too many"]),
        ("vae_tf", ["interpolate", "RUN", "--from", 3], ["--to"]),
        ("vae_tf", ["interpolate", "RUN", "--from", 3, "--to", 999], ["999"]),
        ("vae_tf", ["sample", "RUN", "--z", 1], ["--z has 1", "z has 2"]),
        ("vae_tf", ["sample", "RUN", "--z", "nan", 1], ["--z", "number"]),
        ("vae_tf", ["sample", "RUN", "--count", 0], ["--count", "from 1"]),
        ("vae_tf", ["evaluate", "RUN", "--samples", 0], ["--samples"]),
        ("autoencoder_tf", ["evaluate", "AUTOENCODER", "--samples", 5], ["--samples"]),
        ("vae_tf", ["encode", "RUN", "--data", "no.npz"], ["no.npz", "no such file"]),
        ("vae_tf", ["sample", "RUN", "--output", "/dev/null/x"], ["/dev/null"]),
        ("vae_tf", ["sample", "RUN", "--count", 64, "--z", 0, 0], ["not allowed"]),
    ],
)
def test_mistakes_get_one_line(command, runs, package, arguments, words):
    names = {"RUN": runs["vae_tf"], "AUTOENCODER": runs["autoencoder_tf"]}
    one_line(command(package, *(names.get(a, a) for a in arguments)), *words)


@pytest.mark.parametrize("damage", ["cut", "lost", "nan"])
def test_a_damaged_checkpoint(command, runs, tmp_path, damage):
    VAE.load(runs["vae_tf"]).save(tmp_path / "run")
    path = tmp_path / "run" / "checkpoint.npz"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "lost":
        path.unlink()
    else:
        with np.load(path) as arrays:
            np.savez(path, **{**arrays, "b_mu": np.full(2, np.nan, "f4")})
    result = command("vae_theano", "sample", tmp_path / "run")
    one_line(
        result, str(tmp_path / "run"), "trained" if damage == "lost" else "damaged"
    )


@pytest.mark.slow
def test_a_model_fitted_in_python(command, tmp_path, X):
    VAE(latent_dim=2, hidden=(8,), epochs=1).fit(X).save(tmp_path / "own")
    one_line(
        command("vae_tf", "encode", tmp_path / "own"), "fitted in Python", "--data"
    )
    result = command("vae_tf", "encode", tmp_path / "own", "--data", "digits")
    assert (result.returncode, result.stderr) == (0, "")
    VAE(latent_dim=2, hidden=(8,), epochs=1).fit(X[:, :64]).save(tmp_path / "small")
    one_line(command("vae_tf", "sample", tmp_path / "small"), "64 pixels")
