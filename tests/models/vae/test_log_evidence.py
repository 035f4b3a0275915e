"""Importance sampling against likelihoods that are known by other means."""

import resource

import numpy as np
import pytest
from scipy.special import logsumexp

import autoencoder_tf
from common import loop, packages
from common.models.vae import log_evidence
from tests import reference
from tests.conftest import make_settings, packages_of

PACKAGES = packages_of("vae")


def trained(package, digits, **changes):
    """A VAE after two epochs on the digits."""
    settings = make_settings(epochs=2, batch_size=50, hidden=(16,), **changes)
    vae = packages.estimator(package)().initialize(settings, digits.train_images)
    loop.fit(vae.network, digits.train_images, settings, quiet=True)
    return vae


def by_integration(vae, x):
    """log p(x) for one latent variable, by the trapezoid rule.  (N, D) -> (N,)"""
    z, step = np.linspace(-9, 9, 3001, retstep=True)
    p = {n: v.astype("f8") for n, v in vae.state().items()}
    h = reference.hidden_layers(p, "decoder", z[:, None], "relu")
    logits = h @ p["W_logits"] + p["b_logits"]
    log_prior = -0.5 * (z**2 + np.log(2 * np.pi))
    return [
        logsumexp(reference.log_likelihood(logits, image) + log_prior) + np.log(step)
        for image in x.astype("f8")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_importance_sampling_finds_the_integral(digits, package):
    vae = trained(package, digits, latent_dim=1)
    wide = vae.state()["b_logvar"] + 2  # wider than p(z|x), so that no weight is huge
    vae.load_state(vae.state() | {"b_logvar": wide})
    X = digits.test_images[:20] / 255
    exact = np.array(by_integration(vae, vae.seen(X)))
    estimate = vae.log_evidence(X, 5000)
    assert estimate.dtype == np.float64
    np.testing.assert_allclose(estimate, exact, atol=0.1)
    assert estimate.mean() == pytest.approx(exact.mean(), abs=0.02)
    assert vae.log_evidence(X, 1).mean() < exact.mean() - 0.1


@pytest.mark.slow
def test_one_draw_is_the_elbo_on_average(digits):
    vae = trained("vae_tf", digits, latent_dim=2)
    X = digits.train_images / 255
    elbo, *_ = vae.measures(X)
    weights = vae.log_evidence(X, 1)
    difference = weights - elbo  # both with one draw: log p(x|z) and the noise differ
    error = difference.std() / np.sqrt(len(X))
    assert abs(difference.mean()) < 5 * error


@pytest.mark.slow
def test_more_draws_never_fall_below_the_elbo(digits):
    vae = trained("vae_tf", digits, latent_dim=5)
    X = digits.test_images / 255
    means = [vae.log_evidence(X, n).mean() for n in (1, 10, 100, 1000)]
    assert means == sorted(means)
    assert means[1] > vae.score(X)


@pytest.mark.parametrize("package", PACKAGES)
def test_log_weights_are_those_of_the_reference(rng, digits, package):
    settings = make_settings(hidden=(24,), latent_dim=4, activation="tanh")
    vae = packages.estimator(package)().initialize(settings, digits.train_images)
    x = (rng.random((3, 784)) < 0.2).astype(np.uint8)
    eps = rng.standard_normal((3, 7, 4), np.float32)
    ours = vae.network.log_weights(x, eps)
    p = {n: v.astype("f8") for n, v in vae.state().items()}
    h = reference.hidden_layers(p, "encoder", x.astype("f8"), "tanh")
    mu, sigma = (
        h @ p["W_mu"] + p["b_mu"],
        np.exp((h @ p["W_logvar"] + p["b_logvar"]) / 2),
    )
    for i in range(3):
        z = mu[i] + sigma[i] * eps[i]
        h = reference.hidden_layers(p, "decoder", z, "tanh")
        fit = reference.log_likelihood(h @ p["W_logits"] + p["b_logits"], x[i])
        normal = -0.5 * (z**2 + np.log(2 * np.pi)).sum(axis=1)
        q = -0.5 * (eps[i] ** 2 + np.log(2 * np.pi * sigma[i] ** 2)).sum(axis=1)
        np.testing.assert_allclose(ours[i], fit + normal - q, rtol=1e-5)


@pytest.mark.slow
def test_the_frameworks_agree_on_one_checkpoint(digits, tmp_path):
    trained("vae_theano", digits, latent_dim=5).save(tmp_path / "run")
    first, *twins = (packages.estimator(p).load(tmp_path / "run") for p in PACKAGES)
    X = digits.test_images / 255
    for vae in twins:
        for ours, twin in zip(first.measures(X), vae.measures(X), strict=True):
            assert ours.mean() == pytest.approx(twin.mean(), abs=0.001)
        ours, twin = (model.log_evidence(X, 100).mean() for model in (first, vae))
        assert ours == pytest.approx(twin, abs=0.001)


@pytest.mark.slow
def test_the_estimate_of_an_image_does_not_depend_on_the_others(digits, monkeypatch):
    vae = trained("vae_tf", digits, latent_dim=5)
    X = digits.test_images[:30] / 255
    together = vae.log_evidence(X, 64)
    alone = vae.log_evidence(X[7:8], 64)
    np.testing.assert_allclose(alone, together[7:8], rtol=1e-6)
    monkeypatch.setattr(log_evidence, "DRAWS", 9)
    monkeypatch.setattr(log_evidence, "IMAGES", 7)
    np.testing.assert_allclose(vae.log_evidence(X, 64), together, rtol=1e-6)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_samples(digits):
    """20,000 samples of 20 images at once would decode to 1.25 GB."""
    vae = trained("vae_tf", digits, latent_dim=2)
    X = digits.test_images[:20] / 255
    vae.log_evidence(X, 1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    vae.log_evidence(X, 20_000)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert kilobytes < 300_000


def test_an_autoencoder_has_no_likelihood_of_images():
    assert not hasattr(autoencoder_tf.Autoencoder, "log_evidence")
    assert not hasattr(autoencoder_tf.Autoencoder, "log_likelihood")


@pytest.mark.slow
def test_other_processes_find_the_same(digits, monkeypatch):
    vae = trained("vae_theano", digits, latent_dim=3)
    X = digits.test_images[:30] / 255
    here = vae.log_evidence(X, 50)
    monkeypatch.setattr(log_evidence, "LARGE", 0)
    monkeypatch.setattr(log_evidence, "PART", 16)
    np.testing.assert_allclose(vae.log_evidence(X, 50), here, rtol=1e-6)


def test_the_former_name_works_and_warns(digits):
    vae = trained("vae_tf", digits, latent_dim=2)
    X = digits.test_images[:5] / 255
    with pytest.warns(DeprecationWarning, match="log_evidence"):
        former = vae.log_likelihood(X, 10)
    np.testing.assert_array_equal(former, vae.log_evidence(X, 10))
