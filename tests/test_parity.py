"""Every framework computes what a float64 reference computes: values, gradients, steps.

A function of model.py or bound.py is differentiated as its framework differentiates.
"""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from common import batches, packages
from tests import conftest, reference
from tests.conftest import make_settings
from tests.installed import each, packages_of
from tests.reference import wide
from tools.lessons import vae as lesson
from tools.pages.side_by_side import evidence

PACKAGES = packages_of("vae")
FUNCTIONS = [name for name in lesson.FORMULAS if name.isidentifier()]
EACH = each(conftest.packages_of("vae"))
STRUCTURE = pytest.mark.parametrize("structure", lesson.STRUCTURES, ids=str)


def close(ours, expected, rtol=1e-5, **tolerance):
    ours = [*ours] if isinstance(ours, tuple | list) else [ours]
    expected = [*expected] if isinstance(expected, tuple | list) else [expected]
    for one, other in zip(ours, expected, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, rtol=rtol, **tolerance)


def moved(arguments, name, by):
    """The same arguments, one array of which is another one by `by`."""
    if name in arguments:
        return arguments | {name: arguments[name] + by}
    parameters = arguments["parameters"]
    return arguments | {"parameters": parameters | {name: parameters[name] + by}}


@EACH
@STRUCTURE
@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_and_its_gradients(rng, package, function, structure):
    """Along the gradient, and along anything, as float64 differences say."""
    drawn = lesson.arguments(structure, rng)
    values, gradients = evidence.caller(package, function, drawn)(drawn)
    exact = getattr(reference, function)
    arguments = wide(evidence.taken(lesson, exact, drawn))

    def results(arguments):
        returned = exact(**arguments)
        return returned if isinstance(returned, tuple) else (returned,)

    def total(arguments):
        return sum(n * array.sum() for n, array in enumerate(results(arguments), 1))

    for value, expected in zip(values, results(arguments), strict=True):
        assert np.shape(value) == expected.shape
        assert reference.relative(value, expected) < 1e-5
    assert set(arguments.get("parameters", {})) <= set(gradients)
    for name, gradient in gradients.items():
        assert gradient.dtype == np.float32
        for way in (gradient, rng.standard_normal(gradient.shape)):
            by = 1e-6 * way / max(np.linalg.norm(way), 1)
            up, down = (total(moved(arguments, name, sign * by)) for sign in (1, -1))
            size = 2e-6 * np.linalg.norm(gradient)
            slope = 2 * np.vdot(by, gradient)
            assert up - down == pytest.approx(slope, abs=1e-3 * size + 1e-12), name


@st.composite
def problems(draw):
    """Networks of any shape, parameters away from their start, pixels and noise."""
    run = make_settings(
        hidden=tuple(draw(st.lists(st.integers(1, 40), max_size=3))),
        latent_dim=draw(st.integers(1, 12)),
        activation=draw(st.sampled_from(["relu", "tanh"])),
    )
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    p = run.initial(rng.integers(0, 256, (9, 784), dtype=np.uint8))
    for name in p:
        p[name] = (p[name] + 0.1 * rng.standard_normal(p[name].shape)).astype("f4")
    p["b_logvar"] += np.float32(draw(st.sampled_from([-8, 0, 3])))
    batch = draw(st.integers(1, 9))
    x = (rng.random((batch, 784)) < 0.2).astype("f4")
    eps = rng.standard_normal((batch, run.latent_dim), np.float32)
    return {"parameters": p, "x": x, "eps": eps, "activation": run.activation}


@cache
def caller(package, parameters, activation):
    """A function that networks of any width share."""
    empty = {name: np.zeros((1, 1) if "W" in name else 1, "f4") for name in parameters}
    drawn = {"parameters": empty, "x": empty["W_mu"], "eps": empty["W_mu"]}
    drawn["activation"] = activation
    return evidence.caller(package, "elbo_parts", drawn)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(problems())
def test_networks_of_any_shape(problem):
    """log p(x|z), KL, the ELBO, their gradients; these beside each other."""
    expected = reference.elbo_parts(**wide(problem))
    gradients = []
    for package in PACKAGES:
        key = tuple(problem["parameters"]), problem["activation"]
        (log_px_z, kl), gradient = caller(package, *key)(problem)
        close([log_px_z, kl], expected)
        close(log_px_z - kl, expected[0] - expected[1])
        gradients.append(gradient)
    for twin in gradients[1:]:
        for name in problem["parameters"]:
            assert evidence.relative(gradients[0][name], twin[name]) <= 1e-4, name


def extreme(function):
    """Arguments as far as float32 goes, and what their gradients are."""
    if function == "log_likelihood":
        logits = np.repeat([-1000, -100, -20, -1, 0, 1, 20, 100, 1000], 3)[:, None]
        x = np.tile([0, 0.25, 1], 9)[:, None]
        return {"logits": logits, "x": x}, {"logits": x - expit(logits)}
    mu = np.repeat([0, 5, -1000], 5)[:, None]
    logvar = np.tile([-100, -10, 0, 10, 80], 3)[:, None]
    if function == "kl_divergence":
        of_logvar = 0.5 * (np.exp(logvar) - 1)
        return {"mu": mu, "logvar": logvar}, {"mu": mu, "logvar": of_logvar}
    eps = np.array([-2, 0, 1, 3, 0.5] * 3)[:, None]
    of_logvar = 0.5 * np.exp(0.5 * logvar) * eps
    return (
        {"mu": mu, "logvar": logvar, "eps": eps},
        {"mu": np.ones_like(mu), "logvar": of_logvar},
    )


@EACH
@pytest.mark.parametrize(
    "function", ["log_likelihood", "kl_divergence", "reparameterize"]
)
def test_extreme_arguments(package, function):
    columns, slopes = extreme(function)
    exact = {name: np.tile(column, 3).astype("f8") for name, column in columns.items()}
    drawn = {name: array.astype("f4") for name, array in exact.items()}
    drawn["activation"] = "relu"
    call = evidence.caller(package, function, drawn)
    with np.errstate(all="raise", under="ignore"):
        (value,), gradients = call(drawn)
    expected = getattr(reference, function)(**exact)
    # x l - softplus(l) cancels for x = 1 and large l: then it is exact to an ulp of l.
    logits = drawn.get("logits", np.zeros((len(expected), 1), "f4"))
    ulps = 3 * np.spacing(abs(logits[:, 0])).reshape(-1, *[1] * (expected.ndim - 1))
    assert (abs(value - expected) <= 1e-5 * abs(expected) + ulps).all()
    for name, slope in slopes.items():
        np.testing.assert_allclose(
            gradients[name], np.tile(slope, 3), rtol=1e-5, atol=1e-6
        )


def test_kl_divergence_by_monte_carlo(rng):
    mu, logvar = rng.standard_normal((2, 4, 5))
    eps = rng.standard_normal((100_000, 1, 5))
    z = mu + np.exp(logvar / 2) * eps
    # log q(z|x) - log p(z); the constants cancel.
    draws = 0.5 * (z**2 - logvar - eps**2).sum(axis=2)
    error = draws.std(axis=0) / np.sqrt(len(draws))
    exact = reference.kl_divergence(mu, logvar)
    assert (abs(draws.mean(axis=0) - exact) < 5 * error).all()


@EACH
@STRUCTURE
def test_what_a_network_computes(rng, package, structure):
    """Compiled, and some hundred draws of z at a time, whose order stays."""
    drawn = lesson.arguments(structure, rng)
    model = packages.model_of(package)(**structure)
    network = packages.estimator(package).Network(drawn["parameters"], model)
    x, z = drawn["x"].astype(np.uint8), drawn["z"]
    eps = rng.standard_normal((*z.shape[:1], 301, *z.shape[1:]), np.float32)
    exact = wide(drawn)
    p, activation = exact["parameters"], structure["activation"]
    parts = reference.elbo_parts(p, exact["x"], exact["eps"], activation)
    close(network.evaluate(x, drawn["eps"]), [parts[0] - parts[1], *parts])
    log_w = reference.log_weight(p, exact["x"], wide(eps).swapaxes(0, 1), activation)
    close(network.log_weights(x, eps), log_w.T)
    codes = reference.encode(p, exact["x"], activation)
    close(network.encode(x), codes, 1e-4, atol=1e-5)
    pixels = expit(reference.decode(p, exact["z"], activation))
    close(network.decode(z), pixels, 1e-4)


@EACH
@pytest.mark.parametrize("draws", [1, 3])
def test_training_takes_adams_steps_on_the_mean_bound(rng, package, draws):
    """The ELBO; with more draws, the tighter bound."""
    model = packages.model_of(package)(2, hidden=(4,), importance_samples=draws)
    p = lesson.lessons.drawn(model, (9, 5), rng)
    network = packages.estimator(package).Network(p, model)
    x = (rng.random((4, 6, 5)) < 0.5).astype(np.uint8)

    def bound(p, x, eps):
        if draws == 1:
            return reference.elbo(p, x, eps[0], "relu").mean()
        return reference.importance_weighted_bound(p, x, eps, "relu").mean()

    def moves(x, eps):
        return [("", lambda p: -bound(p, x, eps))]

    chunk = {"x": x} | model.noise(x.shape[:2], rng)
    sums = reference.assert_trains(network, chunk, moves)
    expected = bound(wide(p), x[0], wide(chunk["eps"][0]))
    assert sums == {"elbo": pytest.approx(expected, rel=1e-5)}


@pytest.mark.slow
@pytest.mark.parametrize("draws", [1, 5])
def test_parameters_after_adam_steps(digits, draws):
    """The twins drift apart by at most 4e-5 of the way that Adam has moved them.

    A float32 gradient, a sum of some hundred terms, is right to about 1e-6, and
    Adam's first steps divide each gradient by its own size, which keeps that relative
    error.  4e-6 was measured, for 1, 3 and 20 steps alike; the bound is ten times it.
    """
    run = make_settings(
        batch_size=50, hidden=(64,), latent_dim=5, importance_samples=draws
    )
    p = run.initial(digits.train_images)
    chunk = next(batches.chunks(digits.train_images, run, 1))
    twins = [packages.estimator(package).Network(p, run) for package in PACKAGES]
    start = twins[0].state()
    for steps in (1, 3, 20):
        totals, states = [], []
        for network in twins:
            network.load_state(start)
            part = {name: array[:steps] for name, array in chunk.items()}
            rates = np.full(steps, run.learning_rate, "f4")
            totals.append(network.train(**part, learning_rates=rates))
            states.append(network.state())
        for total, state in zip(totals[1:], states[1:], strict=True):
            assert totals[0] == pytest.approx(total, rel=1e-5)
            for name in p:
                moved = np.linalg.norm(states[0][name] - p[name])
                apart = np.linalg.norm(states[0][name] - state[name])
                assert apart <= 4e-5 * moved, (name, steps)
