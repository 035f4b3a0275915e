"""The path gradient: on average the total one, and certain where q(z|x) = p(z|x)."""

import functools
import json

import numpy as np
import pytest

from tests import reference
from tests.conftest import make_settings
from vae_numpy import VAE, Network, bound, gradient


def slopes(function, parameters, step=1e-5):
    """Central differences of each value, along each number.  -> (numbers, N)"""
    found = []
    for name, value in parameters.items():
        for change in step * np.eye(value.size).reshape(-1, *value.shape):
            ends = (value + change, value - change)
            up, down = (function(parameters | {name: end}) for end in ends)
            found.append((up - down) / (2 * step))
    return np.array(found)


def errors_apart(differences):
    """How many standard errors the mean is from 0, at most.  (numbers, N)"""
    error = differences.std(axis=1) / np.sqrt(differences.shape[1])
    return (abs(differences.mean(axis=1)) / error).max()


@pytest.fixture(scope="module")
def gradients():
    """Of the bound of one image, for each of many draws, in float64."""

    @functools.cache
    def of(draws, seed):
        fixed, rng, count = *map(np.random.default_rng, (1, seed + 1)), 5_000
        shapes = make_settings(latent_dim=2, hidden=(2,)).shapes(3)
        p = {name: fixed.normal(size=shape) for name, shape in shapes.items()}
        x = np.tile([0.9, 0.2, 0.6], (count, 1))
        eps = rng.standard_normal((draws, count, 2))
        encoder = [n for n in p if not n.startswith(bound.DECODER)]
        arguments = {"x": x, "eps": eps, "activation": "tanh"}
        total = functools.partial(reference.importance_weighted_bound, **arguments)
        path = functools.partial(reference.path_surrogate, held=p, **arguments)
        functions = (total, path, functools.partial(path, power=1))

        def of_encoder(function):
            return slopes(lambda moved: function(p | moved), {n: p[n] for n in encoder})

        return [of_encoder(function) for function in functions]

    return of


@pytest.mark.parametrize("draws", [1, 5])
def test_its_mean_is_that_of_the_total_gradient(gradients, draws, seed, bounded):
    total, path, _ = gradients(draws, seed)
    # So 5 are a small share of the mean; 72 +- 2 and 69 +- 3.
    bounded("total", errors_apart(total), low=55)
    bounded("apart", errors_apart(path - total), high=5)  # 1.6 +- 0.6


def test_without_a_square_it_would_be_biased(gradients, seed, bounded):
    """Roeder's gradient for K = 5."""
    total, _, plain = gradients(5, seed)
    bounded("apart", errors_apart(plain - total), low=40)  # 48.6 +- 1.2


def exact_posterior(rng, latent_dim=2, pixels=5):
    """Parameters with which q(z|x) is p(z|x).

    Where all logits l are large, log p(x|z) = sum (x - 1) l is linear in z, so p(z|x)
    is normal, of variance 1 and of mean W (x - 1), which the encoder computes.
    """
    W = rng.standard_normal((latent_dim, pixels))
    p = {
        "W_mu": W.T,
        "b_mu": -W.sum(axis=1),
        "W_logvar": np.zeros((pixels, latent_dim)),
        "b_logvar": np.zeros(latent_dim),
        "W_logits": W,
        "b_logits": np.full(pixels, 60.0),
    }
    return p, (rng.random((7, pixels)) < 0.5).astype("f8")


@pytest.mark.parametrize("draws", [1, 3])
def test_at_the_exact_posterior_it_is_0_for_every_draw(rng, draws, bounded):
    """The total gradient is not."""
    p, x = exact_posterior(rng)
    eps = rng.standard_normal((draws, len(x), 2))
    sizes = {}
    for name in ("total", "path"):
        settings = make_settings(importance_samples=draws)
        settings.gradient = name
        slope = {n: np.empty_like(value) for n, value in p.items()}
        gradient.of(settings)(p, slope, x, eps, None)
        encoder = [s for n, s in slope.items() if not n.startswith(bound.DECODER)]
        sizes[name] = max(abs(s).max() for s in encoder)
    bounded("path", sizes["path"], high=1e-14)  # 2e-16 +- 2e-16
    # -0.44 +- 0.24 and -0.51 +- 0.17: one of 30 seeds is below -1.
    bounded("log of total", np.log10(sizes["total"]), low=-2)


def test_a_run_remembers_it_and_earlier_runs_have_the_total_one(digits, tmp_path):
    vae = VAE(2, hidden=(4,), epochs=1, gradient="path").fit(digits.train_images)
    vae.save(tmp_path / "run")
    assert VAE.load(tmp_path / "run").gradient == "path"
    path = tmp_path / "run" / "config.json"
    content = json.loads(path.read_text())
    del content["gradient"]
    path.write_text(json.dumps(content))
    network = VAE.load(tmp_path / "run").network
    assert isinstance(network, Network)
    assert network.bound is gradient.elbo_of_one_draw
