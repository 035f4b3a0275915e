"""What networks are fed."""

from dataclasses import replace

import numpy as np
import pytest

from common import batches


def test_chunks_show_each_image_once(digits, settings):
    settings = replace(settings, binarize="none")
    for epoch in (1, 2):
        parts = list(batches.chunks(digits.train_images, settings, epoch))
        x = np.concatenate([part["x"].reshape(-1, 784) for part in parts])
        pixels = np.round(x * 255).astype(np.uint8)
        assert sorted(map(bytes, pixels)) == sorted(map(bytes, digits.train_images))


def test_chunks_differ_by_epoch_and_seed_only(digits, settings):
    def first(seed, epoch):
        changed = replace(settings, random_state=seed)
        x, eps = next(batches.chunks(digits.train_images, changed, epoch)).values()
        return x.tobytes() + eps.tobytes()

    assert first(0, 1) == first(0, 1)
    assert len({first(0, 1), first(0, 2), first(1, 1)}) == 3


def test_noise_is_standard_normal(digits, settings, seed, bounded):
    """By its mean and variance, in standard errors."""
    settings = replace(settings, latent_dim=64, random_state=seed)
    eps = next(batches.chunks(digits.train_images, settings, 1))["eps"]
    assert eps.dtype == np.float32
    bounded("mean", eps.mean() * np.sqrt(eps.size), -5, 5)  # -0.1 +- 1.0
    bounded("variance", (eps.var() - 1) / np.sqrt(2 / eps.size), -5, 5)  # -0.1 +- 1.1


def test_learning_rate_falls_along_a_cosine(settings):
    settings = replace(settings, epochs=4, learning_rate=0.1)
    rates = np.ravel([batches.learning_rates(settings, 50, e) for e in range(1, 5)])
    assert rates.shape == (200,)
    assert rates[0] == np.float32(0.1)
    assert rates[100] == pytest.approx(0.1 * 0.505)  # half way: the mean of both ends
    assert 0.001 < rates[-1] < 0.0011
    assert (np.diff(rates) < 0).all()


def test_dynamic_binarization_is_fair(rng, bounded):
    pixels = np.repeat(np.arange(256, dtype=np.uint8), 20_000).reshape(256, -1)
    x = batches.binarize(pixels, "dynamic", rng)
    assert set(np.unique(x)) == {0, 1}
    assert x.dtype == np.uint8
    share, expected = x.mean(axis=1), np.arange(256) / 255
    assert (share[0], share[255]) == (0, 1)
    errors = np.sqrt(expected * (1 - expected) / 20_000)[1:255]
    largest = (abs(share - expected)[1:255] / errors).max()
    bounded("errors", largest, high=5)  # 3.1 +- 0.4


def test_other_binarizations(rng):
    pixels = np.array([[0, 127, 128, 255]], np.uint8)
    black = batches.binarize(pixels, "threshold", rng)
    np.testing.assert_array_equal(black, [[0, 0, 1, 1]])
    static = batches.binarize(pixels[:, [0, 3]], "static", rng)
    assert static.dtype == np.uint8
    np.testing.assert_array_equal(static, [[0, 1]])
    gray = batches.binarize(pixels, "none", rng)
    assert gray.dtype == np.float32
    np.testing.assert_allclose(gray, pixels / 255, rtol=1e-7)


def test_an_image_has_the_draws_that_it_always_had():
    """Else the figures of earlier runs and of the documents are others."""
    image = np.arange(4, dtype=np.uint8)
    assert batches.generator_of(image).integers(0, 1000, 3).tolist() == [274, 218, 448]


@pytest.mark.parametrize("full", [0, 2])
def test_parts_are_filled_up_and_cut_again(full):
    seen = []

    def double(x, y):
        seen.append(len(x))
        return 2 * x, y

    x = np.arange(full * batches.CALL + 5.0).reshape(-1, 1)
    doubled, same = batches.in_parts(double, x=x, y=x)
    np.testing.assert_array_equal(doubled, 2 * x)
    np.testing.assert_array_equal(same, x)
    assert seen == (full + 1) * [256]
