"""Both packages play one game: against a float64 reference, and against each other."""

import numpy as np
import pytest

import gan_tf
import gan_theano
from common import about, batches, loop
from common.images import data
from common.settings import Settings
from gan_tf import model as model_tf
from gan_theano import model as model_theano
from tests.gan import reference

PACKAGES = {"gan_tf": gan_tf, "gan_theano": gan_theano}
ABOUT = about.find("gan")


def make_settings(**changes):
    given = ABOUT.defaults | {"data": "digits", "epochs": 1} | changes
    return Settings(model="gan", **given)


def problem(hidden, pixels, latent_dim=3, batch=6, steps=1, seed=0):
    """Parameters away from their start, and `steps` batches with their noise."""
    rng = np.random.default_rng(seed)
    settings = make_settings(hidden=hidden, latent_dim=latent_dim)
    shapes = ABOUT.shapes(settings, pixels)
    p = {n: (0.5 * rng.standard_normal(s)).astype("f4") for n, s in shapes.items()}
    x = rng.random((steps, batch, pixels), np.float32)
    noise = ABOUT.noise((steps, batch), settings, rng)
    return p, {"x": x, **noise}


def as_float64(arrays):
    return {name: value.astype(np.float64) for name, value in arrays.items()}


def relative(ours, expected):
    return np.linalg.norm(ours - expected) / np.linalg.norm(expected)


CASES = [("leaky_relu", (7, 5), 0.1), ("tanh", (4,), 10.0), ("leaky_relu", (), 0.0)]


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize(("activation", "hidden", "penalty"), CASES)
def test_losses_and_gradients(package, activation, hidden, penalty):
    """A step at rate 0 leaves half of each gradient in Adam's first moment."""
    p, chunk = problem(hidden, pixels=9)
    network = PACKAGES[package].Network(p, activation, penalty)
    sums = network.train(**chunk, learning_rates=np.zeros(1, "f4"))
    state = network.state()
    exact, arrays = as_float64(p), as_float64(chunk)
    x, z, other = (arrays[n][0] for n in ("x", "z_discriminator", "z_generator"))
    loss, _ = reference.discriminator_loss(exact, x, z, activation, penalty)
    assert sums["discriminator_loss"] == pytest.approx(loss, rel=1e-5)
    loss = reference.generator_loss(exact, other, activation)
    assert sums["generator_loss"] == pytest.approx(loss, rel=1e-5)
    expected = reference.finite_difference(
        lambda p: reference.discriminator_loss(p, x, z, activation, penalty)[1],
        exact,
        "discriminator",
    ) | reference.finite_difference(
        lambda p: reference.generator_loss(p, other, activation), exact, "generator"
    )
    assert set(expected) == set(p)
    for name, gradient in expected.items():
        np.testing.assert_array_equal(state[name], p[name])
        assert relative(2 * state[f"adam_m_{name}"], gradient) < 1e-4, name


@pytest.mark.parametrize("package", PACKAGES)
def test_alternating_steps(package):
    """The discriminator moves first, and the generator answers what it has become."""
    p, chunk = problem((4,), pixels=5, latent_dim=2, steps=3)
    arrays = as_float64(chunk)
    steps = zip(
        arrays["x"], arrays["z_discriminator"], arrays["z_generator"], strict=True
    )
    *_, expected = reference.play(p, steps, 0.01, "leaky_relu", 0.1)
    network = PACKAGES[package].Network(p, "leaky_relu", 0.1)
    network.train(**chunk, learning_rates=np.full(3, 0.01, "f4"))
    state = network.state()
    for name, value in p.items():
        moved = expected[name] - value
        assert relative(state[name] - value, moved) < 1e-3, name


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_measured(package):
    p, chunk = problem((7,), pixels=9, batch=50)
    x, z, other = (array[0] for array in chunk.values())
    logit, _ = reference.discriminate(as_float64(p), x.astype("f8"), "leaky_relu")
    p["discriminator_b_logit"] -= np.median(logit).astype("f4")  # half are above 0
    network = PACKAGES[package].Network(p, "leaky_relu", 0.1)
    measures = dict(zip(ABOUT.measures, network.evaluate(x, z, other), strict=True))
    exact = as_float64(p)
    made, others = (
        reference.generate(exact, a.astype("f8"), "leaky_relu") for a in (z, other)
    )
    np.testing.assert_allclose(network.decode(z), made, rtol=1e-5)
    real, generated, answer = (
        reference.discriminate(exact, a.astype("f8"), "leaky_relu")[0]
        for a in (x, made, others)
    )
    np.testing.assert_allclose(network.discriminate(x), real, rtol=1e-5, atol=1e-5)
    expected = {
        "discriminator_loss": np.logaddexp(0, -real) + np.logaddexp(0, generated),
        "generator_loss": np.logaddexp(0, -answer),
        "accuracy_real": real > 0,
        "accuracy_generated": generated < 0,
        "variance": ((made - others) ** 2).sum(axis=1) / 2,
    }
    assert set(expected) == set(measures)
    for name, values in expected.items():
        np.testing.assert_allclose(measures[name], values, rtol=1e-4, err_msg=name)
    assert measures["accuracy_real"].mean() == 0.5


def evaluated(value):
    return value.numpy() if hasattr(value, "numpy") else value.eval()


@pytest.mark.parametrize("model", [model_tf, model_theano])
def test_losses_of_extreme_logits(model):
    logits = np.array([-1000, -20, 0, 20, 1000], "f4")
    exact = logits.astype("f8")
    ours = evaluated(model.generator_loss(model_constant(model, logits)))
    np.testing.assert_allclose(ours, np.logaddexp(0, -exact), rtol=1e-5)
    draw = model_constant(model, np.zeros(1, "f4"))
    assert evaluated(model.discriminator_loss(draw, draw)) == pytest.approx(
        2 * np.log(2)
    )


def model_constant(model, array):
    if model is model_tf:
        import tensorflow as tf

        return tf.constant(array)
    import theano.tensor as T

    return T.constant(array)


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 3, 20])
def test_parameters_after_alternating_steps(digits, steps):
    """The twins drift apart by at most 5e-5 of the way that Adam has moved them.

    5e-6 was measured, in the generator's first weights after one step; less after more.
    """
    settings = make_settings(batch_size=50, hidden=(64,))
    p = ABOUT.initial(settings, digits.train_images)
    chunk = next(batches.chunks(digits.train_images, settings, 1))
    chunk = {name: array[:steps] for name, array in chunk.items()}
    rates = np.full(steps, settings.learning_rate, "f4")
    twins = [package.Network(p, "leaky_relu", 0.1) for package in PACKAGES.values()]
    ours, theirs = (twin.train(**chunk, learning_rates=rates) for twin in twins)
    assert ours == pytest.approx(theirs, rel=1e-5)
    ours, theirs = (twin.state() for twin in twins)
    assert list(ours) == list(theirs)
    for name in p:
        moved = np.linalg.norm(ours[name] - p[name])
        apart = np.linalg.norm(ours[name] - theirs[name])
        assert apart <= 5e-5 * moved, name


def after_five_epochs(package, digits, last_place=None):
    """Losses of each epoch and what is measured then, and both accuracies.

    `last_place`, a Generator, moves each initial weight to a float32 beside it.
    """
    settings = make_settings(epochs=5)
    gan = package.GAN().initialize(settings, digits.train_images)
    state = gan.state()
    for name in gan.network.parameters if last_place else ():
        ways = last_place.choice(np.array([-np.inf, np.inf], "f4"), state[name].shape)
        state[name] = np.nextafter(state[name], ways)
    gan.load_state(state)
    test_set = batches.evaluation_set(digits.test_images, settings)
    history = loop.fit(gan.network, digits.train_images, settings, quiet=True)
    means = loop.evaluate(gan.network, test_set)
    means = dict(zip(ABOUT.measures, means, strict=True))
    shares = [means.pop("accuracy_real"), means.pop("accuracy_generated")]
    return np.array([*history, *means.values()]), np.array(shares)


@pytest.mark.slow
def test_five_epochs(digits):
    """The twins part by no more than three times what the last place alone does.

    The game amplifies rounding.  Weights that start one float32 away end with losses
    3e-7 to 3e-3 away, relatively, in TensorFlow alone; Theano's were 3e-5 away, and
    5e-2 with a tenth of Adam's epsilon.
    """
    ours, our_shares = after_five_epochs(gan_tf, digits)
    theirs, their_shares = after_five_epochs(gan_theano, digits)
    carried = []
    for seed in range(5):
        beside, _ = after_five_epochs(gan_tf, digits, np.random.default_rng(seed))
        carried.append(abs(beside / ours - 1).max())
    assert 0 < max(carried) < 0.01  # else it bounds nothing
    np.testing.assert_allclose(theirs, ours, rtol=3 * max(carried))
    # An image whose logit is near 0 falls on either side: two test images of 297.
    np.testing.assert_allclose(our_shares, their_shares, atol=2 / 297)


def test_noise_of_a_chunk(digits):
    settings = make_settings(batch_size=100)
    chunk = next(batches.chunks(digits.train_images, settings, 1))
    names = ["x", "z_discriminator", "z_generator"]
    assert [*chunk] == names
    assert chunk["x"].dtype == np.float32
    assert chunk["z_generator"].shape == (15, 100, 32)
    together = np.concatenate([chunk["z_discriminator"], chunk["z_generator"]], axis=2)
    apart = np.corrcoef(together.reshape(-1, 64), rowvar=False) - np.eye(64)
    assert abs(apart).max() < 0.15
    again = next(batches.chunks(digits.train_images, settings, 1))
    assert all((again[name] == chunk[name]).all() for name in names)
