"""Importance sampling against likelihoods that are known by other means."""

import functools
import resource

import numpy as np
import pytest
from scipy.special import logsumexp

from common import packages
from common.models.vae import log_evidence
from tests import reference
from tests.conftest import packages_of
from tests.reference import wide

PACKAGES = packages_of("vae")
APART = [p for p in PACKAGES if packages.estimator(p).Network.parallel == "processes"]


@pytest.fixture(scope="module")
def trained(digits):
    """A VAE after two epochs on the digits, by its package, latent variables, seed."""

    @functools.cache
    def fit(package, latent_dim, seed=0):
        vae = packages.estimator(package)(latent_dim, hidden=(16,), epochs=2)
        vae.set_params(batch_size=50, random_state=seed)
        return vae.fit(digits.train_images)

    return fit


def by_integration(vae, x):
    """log p(x) for one latent variable, by the trapezoid rule.  (N, D) -> (N,)"""
    z, step = np.linspace(-9, 9, 3001, retstep=True)
    logits = reference.decode(wide(vae.state()), z[:, None], "relu")
    log_prior = -0.5 * (z**2 + np.log(2 * np.pi))
    return [
        logsumexp(reference.log_likelihood(logits, image) + log_prior) + np.log(step)
        for image in x.astype("f8")
    ]


def test_importance_sampling_finds_the_integral(digits, trained, seed, bounded):
    vae = trained("vae_numpy", 1, seed)
    far = vae.state()["b_logvar"] + 2  # wider than p(z|x), so that no weight is huge
    vae.load_state(vae.state() | {"b_logvar": far})
    X = digits.test_images[:20]
    exact = np.array(by_integration(vae, vae.seen(X)))
    estimate = vae.log_evidence(X, 5000)
    assert estimate.dtype == np.float64
    bounded("farthest", abs(estimate - exact).max(), high=0.06)  # 0.024 +- 0.007
    bounded("mean", (estimate - exact).mean(), -0.015, 0.015)  # 0.003 +- 0.002
    log_gap = np.log((exact - vae.log_evidence(X, 1)).mean())
    bounded("log of one draw's gap", log_gap, low=np.log(0.1))  # 1.0 +- 0.5


def test_an_estimate_does_not_depend_on_other_images(digits, trained, monkeypatch):
    vae = trained("vae_numpy", 5)
    X = digits.test_images[:30]
    together = vae.log_evidence(X, 64)
    np.testing.assert_allclose(vae.log_evidence(X[7:8], 64), together[7:8], rtol=1e-6)
    assert np.isfinite(vae.log_evidence(X, 1)).all()
    monkeypatch.setattr(log_evidence, "DRAWS", 9)
    monkeypatch.setattr(log_evidence, "IMAGES", 7)
    np.testing.assert_allclose(vae.log_evidence(X, 64), together, rtol=1e-6)


def test_memory_does_not_grow_with_the_number_of_samples(digits, trained):
    """20,000 samples of 20 images at once would decode to 1.25 GB."""
    vae = trained("vae_numpy", 2)
    X = digits.test_images[:20]
    vae.log_evidence(X, 1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    vae.log_evidence(X, 20_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KB


@pytest.mark.slow
@pytest.mark.parametrize("package", APART)
def test_other_processes_find_the_same(digits, trained, monkeypatch, package):
    vae = trained(package, 3)
    X = digits.test_images[:30]
    here = vae.log_evidence(X, 50)
    monkeypatch.setattr(log_evidence, "LARGE", 0)
    monkeypatch.setattr(log_evidence, "CALLS", 1)
    np.testing.assert_allclose(vae.log_evidence(X, 50), here, rtol=1e-6)
