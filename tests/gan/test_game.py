"""Both packages play one game: against a float64 reference, and against each other."""

import numpy as np
import pytest

from common import batches, loop, packages
from tests.conftest import make_settings, packages_of
from tests.gan import reference
from tests.reference import assert_trains, wide
from tools.pages.side_by_side import evidence

PACKAGES = packages_of("gan")
EACH = pytest.mark.parametrize("package", PACKAGES)


def problem(package, pixels, steps, rng, **options):
    """A network whose parameters are anything, and so many batches with their noise."""
    settings = make_settings("gan", **options)
    p = {
        name: (0.5 * rng.standard_normal(shape)).astype("f4")
        for name, shape in settings.shapes(pixels).items()
    }
    x = rng.random((steps, 6, pixels), np.float32)
    network = packages.estimator(package).Network(p, settings)
    return network, {"x": x} | settings.noise((steps, 6), rng)


@pytest.mark.compiles
@pytest.mark.chance
@EACH
@pytest.mark.parametrize(
    ("activation", "hidden", "penalty"),
    [("leaky_relu", (7, 5), 0.1), ("tanh", (4,), 10.0), ("leaky_relu", (), 0.0)],
)
def test_alternating_steps(rng, package, activation, hidden, penalty):
    """The discriminator moves first, and the generator answers what it has become."""
    network, chunk = problem(
        package, 5, 4, rng,
        activation=activation, hidden=hidden, penalty=penalty, latent_dim=2,
    )  # fmt: skip

    def means(x, z_discriminator, z_generator):
        def accuracy_generated(p):
            generated = reference.generate(p, z_discriminator, activation)
            return np.mean(reference.discriminate(p, generated, activation) < 0)

        return {
            "discriminator_loss": lambda p: reference.discriminator_loss(
                p, x, z_discriminator, activation
            ),
            "generator_loss": lambda p: reference.generator_loss(
                p, z_generator, activation
            ),
            "accuracy_real": lambda p: np.mean(
                reference.discriminate(p, x, activation) > 0
            ),
            "accuracy_generated": accuracy_generated,
        }

    def moves(x, **noise):
        discriminator, generator, *_ = means(x, **noise).values()

        def penalized(p):
            squares = reference.gradient_penalty(p, x, activation) if penalty else 0
            return discriminator(p) + penalty * squares

        return [("discriminator", penalized), ("generator", generator)]

    p = {name: wide(network.state()[name]) for name in network.parameters}
    sums = assert_trains(network, chunk, moves, beta_1=0.5)
    arrays = [{n: array[i] for n, array in wide(chunk).items()} for i in range(2)]
    assert set(sums) == set(means(**arrays[0]))
    for name in sums:
        expected = sum(means(**step)[name](p) for step in arrays)
        assert sums[name] == pytest.approx(expected, rel=1e-5)


@pytest.mark.compiles
@pytest.mark.chance
@EACH
def test_what_is_measured(rng, package):
    network, chunk = problem(package, 9, 1, rng, hidden=(7,), latent_dim=3)
    state, (x, z, other) = network.state(), (array[0] for array in chunk.values())
    p = wide({name: state[name] for name in network.parameters})
    logit = reference.discriminate(p, wide(x), "leaky_relu")
    p["discriminator_b_logit"] -= np.median(logit)  # half are above 0
    network.load_state(state | {name: value.astype("f4") for name, value in p.items()})
    names = packages.model_of(package).test_measures
    measures = dict(zip(names, network.evaluate(x, z, other), strict=True))
    generated, others = (
        reference.generate(p, wide(noise), "leaky_relu") for noise in (z, other)
    )
    np.testing.assert_allclose(network.decode(z), generated, rtol=1e-5)
    logits = [
        reference.discriminate(p, images, "leaky_relu")
        for images in (wide(x), generated, others)
    ]
    np.testing.assert_allclose(network.discriminate(x), logits[0], rtol=1e-5, atol=1e-5)
    expected = {
        "discriminator_loss": np.logaddexp(0, -logits[0]) + np.logaddexp(0, logits[1]),
        "generator_loss": np.logaddexp(0, -logits[2]),
        "accuracy_real": logits[0] > 0,
        "accuracy_generated": logits[1] < 0,
        "variance": ((generated - others) ** 2).sum(axis=1) / 2,
    }
    assert set(expected) == set(measures)
    for name, values in expected.items():
        np.testing.assert_allclose(measures[name], values, rtol=1e-4, err_msg=name)
    assert measures["accuracy_real"].mean() == 0.5
    zeros = {n: np.zeros_like(value) for n, value in network.state().items()}
    network.load_state(zeros)  # all logits are 0: no answer is right
    assert not np.any(network.evaluate(x, z, other)[2:])


@EACH
def test_losses_of_extreme_logits(package):
    logits = np.array([-1000, -20, 0, 20, 1000], "f4")
    drawn = {"logit_real": logits, "logit_generated": logits}
    drawn |= {"activation": "tanh", "parameters": {}}
    (ours,) = evidence.values(package, "generator_loss", [drawn])
    np.testing.assert_allclose(ours, np.logaddexp(0, -wide(logits)), rtol=1e-5)
    (ours,) = evidence.values(package, "discriminator_loss", [drawn])
    np.testing.assert_allclose(ours[2], 2 * np.log(2), rtol=1e-6)


def after_two_epochs(gan, state, digits):
    """Losses of each epoch and what is measured then, and both accuracies."""
    gan.load_state(state)
    epochs = [*loop.epochs(gan.network, digits.train_images, gan.settings_)]
    history = [epoch.means["discriminator_loss"] for epoch in epochs]
    test_set = batches.evaluation_set(digits.test_images, gan.settings_)
    means = loop.evaluate(gan.network, test_set)
    means = dict(zip(gan.test_measures, means, strict=True))
    shares = [means.pop("accuracy_real"), means.pop("accuracy_generated")]
    return np.array([*history, *means.values()]), np.array(shares)


@pytest.mark.slow
def test_two_epochs(digits, seed, bounded):
    """The twins part about as far as the last place alone moves one of them."""
    # With leaky relus, whose slope jumps, the last place moves a loss by up to 2e-3.
    options = {"epochs": 2, "activation": "tanh", "random_state": seed}
    models = (packages.estimator(package)(**options) for package in PACKAGES)
    first, *twins = (model.initialize(digits.train_images) for model in models)
    start, carried = first.state(), []
    ours, our_shares = after_two_epochs(first, start, digits)
    for way in range(3):
        rng, beside = np.random.default_rng([seed, way]), dict(start)
        for name in first.network.parameters:
            ways = rng.choice(np.array([-np.inf, np.inf], "f4"), start[name].shape)
            beside[name] = np.nextafter(start[name], ways)
        moved, _ = after_two_epochs(first, beside, digits)
        carried.append(abs(moved / ours - 1).max())
    bounded("log of carried", np.log10(max(carried)), -9, -4)  # -6.4 +- 0.4
    for twin in twins:
        theirs, their_shares = after_two_epochs(twin, start, digits)
        apart = np.log10(abs(theirs / ours - 1).max())
        bounded("log of apart", apart, high=-4)  # -6.7 +- 0.5
        # An image whose logit is near 0 falls on either side: two test images of 297.
        np.testing.assert_allclose(our_shares, their_shares, atol=2 / 297)


def test_noise_of_a_chunk(digits, seed, bounded):
    settings = make_settings("gan", batch_size=100, random_state=seed)
    chunk, same = (next(batches.chunks(digits.train_images, settings, 1)) for _ in "12")
    assert [*chunk] == ["x", "z_discriminator", "z_generator"]
    assert chunk["x"].dtype == np.float32
    assert chunk["z_generator"].shape == (15, 100, 32)
    together = np.concatenate([chunk["z_discriminator"], chunk["z_generator"]], axis=2)
    apart = np.corrcoef(together.reshape(-1, 64), rowvar=False) - np.eye(64)
    errors = abs(apart).max() * np.sqrt(1500)
    bounded("errors", errors, high=5)  # 3.6 +- 0.3
    assert all((same[name] == chunk[name]).all() for name in chunk)
