"""The bound of several draws, beside a float64 reference and the ELBO."""

import importlib

import numpy as np
import pytest

from common import batches, loop, packages
from common.commands import train
from common.frameworks.numpy import ACTIVATIONS
from common.models.vae import figures
from tests import reference
from tests.conftest import make_settings, packages_of
from tools.lessons import vae as lesson
from tools.pages.side_by_side import evidence
from vae_numpy import gradient

PACKAGES = packages_of("vae")
NAME = "importance_weighted_bound"


def of_numpy(given):
    return importlib.import_module("vae_numpy.bound").importance_weighted_bound(**given)


@pytest.mark.parametrize("structure", lesson.STRUCTURES, ids=["relu", "tanh"])
@pytest.mark.parametrize("package", PACKAGES)
def test_values_and_slopes_are_those_of_the_reference(rng, package, structure):
    drawn = lesson.arguments(structure, rng)
    (found,), gradients = evidence.caller(package, NAME, drawn)(drawn)
    eps, activation = drawn["eps_of_draws"], structure["activation"]
    assert eps.shape == (lesson.DRAWS, lesson.BATCH, structure["latent_dim"])

    def bound(parameters):
        return reference.importance_weighted_bound(
            parameters, drawn["x"], eps, activation
        )

    wide = {name: value.astype("f8") for name, value in drawn["parameters"].items()}
    np.testing.assert_allclose(found, bound(wide), rtol=1e-5)
    for name in wide:
        slope = np.asarray(gradients[name], np.float64)
        norm = np.linalg.norm(slope)
        direction = {n: np.zeros_like(v) for n, v in wide.items()} | {
            name: slope / norm
        }
        expected = reference.directional_derivative(
            lambda moved: bound(moved).sum(), wide, direction
        )
        assert norm == pytest.approx(expected, rel=1e-3), name


def drawn(rng, count):
    """A problem with so many draws of z for each image, by NumPy."""
    given = lesson.arguments(lesson.STRUCTURES[0], rng)
    given["parameters"]["b_logvar"] -= 3  # not too wide, or its mean is hard to see
    given["activation"] = ACTIVATIONS[given["activation"]]
    eps = rng.standard_normal((count, lesson.BATCH, 5), np.float32)
    wanted = {n: given[n] for n in ("parameters", "x", "activation")}
    return wanted, eps


def test_one_draw_gives_the_elbo_on_average(rng):
    """With the same z only KL's estimate differs, which is right on average."""
    given, eps = drawn(rng, 4000)
    model = importlib.import_module("vae_numpy.model")
    several = given | {"x": np.tile(given["x"], (4000, 1)), "eps": eps.reshape(-1, 5)}
    one = several | {"eps": several["eps"][None]}
    difference = of_numpy(one) - model.elbo(**several)
    error = difference.std() / np.sqrt(len(difference))
    assert difference.std() > 0.1
    assert abs(difference.mean(dtype="f8")) < 5 * error


def test_more_draws_give_a_higher_bound_on_average(rng):
    given, eps = drawn(rng, 1000)
    means = []
    for count in (1, 5, 50, 1000):
        parts = batches.split(eps, count)
        means.append(np.mean([of_numpy(given | {"eps": part}) for part in parts]))
    assert (np.diff(means) > 0.1).all()


def test_weights_of_any_size_do_not_overflow(rng):
    given, eps = drawn(rng, 2)
    given["parameters"]["b_logits"] += 1000
    bound = of_numpy(given | {"eps": eps})
    assert np.isfinite(bound).all()
    assert (bound < -1000).all()


def test_draws_are_an_axis_in_front_of_the_batch(digits):
    settings = make_settings(latent_dim=3, batch_size=10)
    five = Settings.of(
        vars(settings) | {"model": "vae", "importance_samples": 5, "options": {}}
    )
    one = next(batches.chunks(digits.train_images, settings, 1))
    many = next(batches.chunks(digits.train_images, five, 1))
    np.testing.assert_array_equal(one["x"], many["x"])
    assert one["eps"].shape == (100, 1, 10, 3)
    assert many["eps"].shape == (100, 5, 10, 3)
    tests = [
        batches.evaluation_set(digits.test_images[:9], s) for s in (settings, five)
    ]
    np.testing.assert_array_equal(tests[0]["eps"], tests[1]["eps"])


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_training_raises_it(digits, package):
    settings = make_settings(
        hidden=(16,), latent_dim=2, epochs=3, batch_size=50, learning_rate=0.01,
        options={"importance_samples": 5},
    )  # fmt: skip
    vae = packages.estimator(package)().initialize(settings, digits.train_images)
    means = loop.fit(vae.network, digits.train_images, settings, quiet=True)
    assert means[-1] > means[0] + 5
    elbo = vae.score(digits.train_images / 255)
    assert elbo < means[-1] + 5  # a bound of one draw; the last epoch's still rose
    estimated = vae.log_evidence(digits.train_images / 255, 5).mean()
    assert estimated == pytest.approx(means[-1], abs=5)


def test_a_run_says_what_it_raised(tmp_path, capsys):
    out = tmp_path / "run"
    argv = ["--data", "digits", "--epochs", "1", "--hidden", "8", "--out", str(out)]
    assert train.main("vae_numpy", argv=[*argv, "--importance-samples", "5"]) == 0
    assert "train  L_5  test ELBO" in capsys.readouterr().out
    loaded = packages.estimator("vae_numpy").load(out)
    assert loaded.importance_samples == 5
    assert loaded.network.bound is gradient.importance_weighted_bound


@pytest.mark.parametrize("value", ["0", "1.5", "many", "101"])
def test_it_is_a_whole_number_from_1(value, capsys):
    with pytest.raises(SystemExit) as exit_:
        train.main("vae_numpy", argv=["--importance-samples", value])
    assert exit_.value.code == 2
    assert "whole number from 1" in capsys.readouterr().err
    with pytest.raises(ValueError, match="importance_samples must be a whole number"):
        make_settings(options={"importance_samples": 1.5})
    with pytest.raises(ValueError, match="from 1 to 100"):
        make_settings(options={"importance_samples": 101})


def test_its_curve_is_not_called_the_elbo():
    row = {"epoch": 1, "train_elbo": -99, "test_elbo": -101, "test_kl": 20}
    history = [row | {"test_log_likelihood": -81}]
    axes, *_ = figures.curves(history, "L_10").axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["$L_{10}$, training (epoch mean)", "ELBO, test"]
    assert axes.get_title().startswith("$L_{10}$")
