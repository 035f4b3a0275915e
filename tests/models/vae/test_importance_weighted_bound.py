"""The bound of several draws, beside a float64 reference and the ELBO."""

import numpy as np

from common import batches
from common.frameworks.numpy import relu
from common.models.vae import figures
from tests.conftest import make_settings
from tools.lessons import vae as lesson
from vae_numpy import VAE, bound, gradient, model


def drawn(rng, count):
    """A problem for NumPy with so many draws of z for each image."""
    arguments = lesson.arguments(lesson.STRUCTURES[0], rng)
    p = arguments["parameters"]
    p["b_logvar"] -= 3  # not too wide, or the mean of the weights is hard to see
    return p, arguments["x"], rng.standard_normal((count, lesson.BATCH, 5), np.float32)


def of_numpy(p, x, eps):
    return bound.importance_weighted_bound(p, x, eps, relu)


def test_one_draw_gives_the_elbo_on_average(rng, bounded):
    """With the same z only KL's estimate differs, which is right on average."""
    p, x, eps = drawn(rng, 4000)
    x, eps = np.tile(x, (4000, 1)), eps.reshape(-1, 5)
    difference = of_numpy(p, x, eps[None]) - model.elbo(p, x, eps, relu)
    error = difference.std() / np.sqrt(len(difference))
    bounded("deviation", difference.std(), low=1.4)  # 5 seeds: 1.50 +- 0.01
    bounded("errors", difference.mean(dtype="f8") / error, -5, 5)  # N(0, 1)


def test_more_draws_give_a_higher_bound_on_average(rng, bounded):
    p, x, eps = drawn(rng, 1000)
    means = [
        np.mean([of_numpy(p, x, part) for part in batches.split(eps, count)])
        for count in (1, 5, 50, 1000)
    ]
    rise = np.log(np.diff(means).min())
    bounded("log of the rise", rise, low=np.log(0.1))  # 0.54 +- 0.43


def test_weights_of_any_size_do_not_overflow(rng):
    p, x, eps = drawn(rng, 2)
    p["b_logits"] += 1000
    values = of_numpy(p, x, eps)
    assert np.isfinite(values).all()
    assert (values < -1000).all()


def test_draws_are_an_axis_in_front_of_the_batch(digits):
    small = {"latent_dim": 3, "batch_size": 10}
    one, five = (make_settings(**small, importance_samples=K) for K in (1, 5))
    first, many = (next(batches.chunks(digits.train_images, s, 1)) for s in (one, five))
    np.testing.assert_array_equal(first["x"], many["x"])
    assert first["eps"].shape == (100, 1, 10, 3)
    assert many["eps"].shape == (100, 5, 10, 3)
    tests = [batches.evaluation_set(digits.test_images[:9], s) for s in (one, five)]
    np.testing.assert_array_equal(tests[0]["eps"], tests[1]["eps"])


def test_a_run_says_what_it_maximized(command, tmp_path, without_figures):
    words = "--data", "digits", "--epochs", 1, "--hidden", 8, "--out", tmp_path / "run"
    result = command("vae_numpy.train", *words, "--importance-samples", 5)
    assert "train  L_5  test ELBO" in result.stdout
    loaded = VAE.load(tmp_path / "run")
    assert loaded.importance_samples == 5
    assert loaded.network.bound is gradient.importance_weighted_bound


def test_its_curve_is_not_called_the_elbo():
    row = {"epoch": 1, "train_elbo": -99, "test_elbo": -101, "test_kl": 20}
    axes, *_ = figures.curves([row | {"test_log_likelihood": -81}], "L_10").axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert set(labels) == {"$L_{10}$, training (epoch mean)", "ELBO, test"}
    assert axes.get_title().startswith("$L_{10}$")
