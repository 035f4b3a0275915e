"""Every framework computes what a float64 reference computes: values, gradients, steps.

Gradients are those of a training step at rate 0, which Adam's first moment keeps.
"""

import functools
import inspect
from itertools import islice

import numpy as np
import pytest
from scipy.special import expit

from common import batches, packages
from tests import reference
from tests.conftest import make_settings, packages_of
from tests.reference import wide
from tools import lessons
from tools.lessons import vae as lesson
from tools.pages.side_by_side import evidence

PACKAGES = packages_of("vae")
FUNCTIONS = [name for name in lessons.of("vae")["formulas"] if name.isidentifier()]
EACH = pytest.mark.parametrize("package", PACKAGES)
STRUCTURE = pytest.mark.parametrize("structure", lesson.STRUCTURES, ids=str)


def close(ours, expected, rtol=1e-5, **tolerance):
    ours = [*ours] if isinstance(ours, tuple | list) else [ours]
    expected = [*expected] if isinstance(expected, tuple | list) else [expected]
    for one, other in zip(ours, expected, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, rtol=rtol, **tolerance)


def values(package, function, drawn):
    """What a function of a package gives.  -> [array, ...]"""
    return [np.array(value) for value in evidence.values(package, function, [drawn])]


@pytest.mark.compiles
@pytest.mark.chance
@EACH
@STRUCTURE
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.usefixtures("uncompiled")
def test_each_function(rng, package, function, structure):
    drawn = lesson.arguments(structure, rng)
    exact = getattr(reference, function)
    names = inspect.signature(exact).parameters
    expected = exact(**wide({name: drawn[name] for name in names}))
    expected = expected if isinstance(expected, tuple) else (expected,)
    for value, correct in zip(values(package, function, drawn), expected, strict=True):
        assert value.shape == correct.shape
        assert reference.relative(value, correct) < 1e-5


def problem(rng, layers, activation):
    """A network of any widths, parameters away from their start, pixels and noise."""
    hidden = tuple(rng.integers(1, 41, layers).tolist())
    batch, latent_dim = rng.integers(1, 10), int(rng.integers(1, 13))
    run = make_settings(hidden=hidden, latent_dim=latent_dim, activation=activation)
    p = lessons.drawn(run, (9, 784), rng)
    p["b_logvar"] += np.float32(rng.choice([-8, 0, 3]))
    x = (rng.random((batch, 784)) < 0.2).astype("f4")
    eps = rng.standard_normal((batch, latent_dim), np.float32)
    return {"parameters": p, "x": x, "eps": eps, "activation": activation}


@pytest.mark.slow
@pytest.mark.chance
@EACH
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("layers", range(4))
def test_networks_of_any_shape(rng, package, layers, activation):
    """log p(x|z), KL and the ELBO of each image."""
    inputs = [problem(rng, layers, activation) for _ in range(5)]
    arrays = map(np.array, evidence.values(package, "elbo_parts", inputs))
    for arguments in inputs:
        parts, expected = [*islice(arrays, 2)], reference.elbo_parts(**wide(arguments))
        # KL cancels near 0: then it is exact to an ulp of 1 for each latent variable.
        close(parts, expected, atol=2**-23 * arguments["eps"].shape[1])
        close(np.subtract(*parts), np.subtract(*expected))


EXTREMES = {  # as far as float32 goes, in columns
    "log_likelihood": {
        "logits": np.repeat([-1000, -100, -20, -1, 0, 1, 20, 100, 1000], 3),
        "x": np.tile([0, 0.25, 1], 9),
    },
    "kl_divergence": {
        "mu": np.repeat([0, 5, -1000], 5),
        "logvar": np.tile([-100, -10, 0, 10, 80], 3),
    },
}


@EACH
@pytest.mark.parametrize("function", EXTREMES)
def test_extreme_arguments(package, function):
    columns = EXTREMES[function].items()
    drawn = {name: np.tile(c[:, None, None], 3).astype("f4") for name, c in columns}
    expected = getattr(reference, function)(**wide(drawn))
    with np.errstate(all="raise", under="ignore"):
        drawn |= {"activation": "relu", "parameters": {}}
        (value,) = values(package, function, drawn)
    # x l - softplus(l) cancels for x = 1 and large l: then it is exact to an ulp of l.
    logits = drawn.get("logits", np.zeros((len(expected), 1, 1), "f4"))
    ulps = 3 * np.spacing(abs(logits[..., 0]))
    assert value.shape == expected.shape
    assert (abs(value - expected) <= 1e-5 * abs(expected) + ulps).all()


@pytest.mark.chance
@EACH
@STRUCTURE
def test_what_a_network_computes(rng, package, structure):
    """Compiled, some hundred draws of z at a time, in order; KL is a difference."""
    drawn = lesson.arguments(structure, rng)
    model = packages.model_of(package)(**structure)
    network = packages.estimator(package).Network(drawn["parameters"], model)
    x, z = drawn["x"].astype(np.uint8), drawn["z"]
    eps = rng.standard_normal((*z.shape[:1], 301, *z.shape[1:]), np.float32)
    exact = wide(drawn)
    p, activation = exact["parameters"], structure["activation"]
    fit, kl = reference.elbo_parts(p, exact["x"], exact["eps"][0], activation)
    close(network.evaluate(x, drawn["eps"][0]), [fit - kl, fit, kl], atol=1e-6)
    log_w = reference.log_weight(p, exact["x"], wide(eps).swapaxes(0, 1), activation)
    close(network.log_weights(x, eps), log_w.T)
    codes = reference.encode(p, exact["x"], activation)
    close(network.encode(x), codes, 1e-4, atol=1e-5)
    close(network.decode(z), expit(reference.decode(p, exact["z"], activation)), 1e-4)


@pytest.mark.compiles
@pytest.mark.chance
@EACH
@pytest.mark.parametrize(
    ("hidden", "activation", "draws", "gradient"),
    [
        ((3, 2), "relu", 1, "total"),
        ((4,), "tanh", 3, "total"),
        ((), "relu", 3, "total"),
        ((4,), "tanh", 1, "path"),
        ((3,), "relu", 3, "path"),
    ],
)
def test_training_takes_adams_steps_on_the_mean_bound(
    rng, package, hidden, activation, draws, gradient
):
    """The ELBO; with more draws, the tighter bound; by one gradient or the other."""
    model = packages.model_of(package)(
        2, hidden=hidden, activation=activation, importance_samples=draws
    )
    model.gradient = gradient
    p = lessons.drawn(model, (9, 5), rng)
    network = packages.estimator(package).Network(p, model)
    x = (rng.random((4, 6, 5)) < 0.5).astype(np.uint8)

    def bound(p, x, eps):
        if draws == 1 and gradient == "total":
            return reference.elbo(p, x, eps[0], activation).mean()
        return reference.importance_weighted_bound(p, x, eps, activation).mean()

    def loss(p, held, x, eps):
        if gradient == "total":
            return -bound(p, x, eps)
        return -reference.path_surrogate(p, held, x, eps, activation).mean()

    def moves(**arrays):
        return [("", functools.partial(loss, **arrays))]

    def slopes(loss, p, player):
        return reference.gradient(functools.partial(loss, held=p), p, player)

    chunk = {"x": x} | model.noise(x.shape[:2], rng)
    sums = reference.assert_trains(network, chunk, moves, gradient=slopes)
    expected = sum(bound(wide(p), x[i], wide(chunk["eps"][i])) for i in range(2))
    assert sums == {"elbo": pytest.approx(expected, rel=1e-5)}


DRAWS = [(k, gradient) for k in (1, 5) for gradient in ("total", "path")]
VAES = [{"latent_dim": 5, "importance_samples": k, "gradient": g} for k, g in DRAWS]
GANS = {"model": "gan", "penalty": 0.1}


@pytest.mark.slow
@pytest.mark.parametrize("changes", [*VAES, GANS], ids=str)
def test_parameters_after_adam_steps(digits, changes, seed, bounded):
    """Nine in ten of the twins' numbers part by little of the way that Adam took.

    A float32 gradient, a sum of some hundred terms, is right to about 1e-6, and Adam's
    first steps divide each gradient by its own size.  So the few whose terms cancel
    part further; past a kink of relu, many do.  A draw's weight is right to 1e-5 only.
    """
    changes = {"batch_size": 50, "hidden": (64,), "activation": "tanh"} | changes
    run = make_settings(random_state=seed, **changes)
    p, shares = run.initial(digits.train_images), []
    chunk = next(batches.chunks(digits.train_images, run, 1))
    twins = [packages.estimator(n).Network(p, run) for n in packages_of(run.name)]
    for steps in (slice(10), slice(10, 20)):
        part = {name: array[steps] for name, array in chunk.items()}
        rates = np.full(10, run.learning_rate, "f4")
        sums = [twin.train(**part, learning_rates=rates) for twin in twins]
        assert sums == [pytest.approx(sums[0], rel=1e-5)] * len(twins)
        first, *others = (twin.state() for twin in twins)
        for state in others:
            assert list(first) == list(state)
            for name in p:
                apart, moved = (abs(first[name] - other[name]) for other in (state, p))
                shares.append(np.quantile(apart, 0.9) / (moved**2).mean() ** 0.5)
    k = changes.get("importance_samples", 1)  # 3e-6 +- 7e-6; K = 5: 4e-5 +- 8e-5
    bounded("apart", max(shares, default=0), high=1e-4 * k)
