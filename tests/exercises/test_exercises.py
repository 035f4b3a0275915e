"""Solutions are right, stubs are not written yet, and mistakes are called by name."""

import importlib

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.mixture import GaussianMixture

from exercises import check
from exercises.mistakes import CHANGES, EXERCISES, elbo, em
from gan_tf.model import discriminator_loss
from tests.helpers import module, one_line
from vae_numpy import model
from vae_numpy.bound import log_weight

MISTAKES = [(name, text) for name, e in EXERCISES.items() for text in e.mistakes]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_solution_is_right_and_a_stub_is_not_written_yet(name):
    files = f"exercises.solutions.{name}", f"exercises.{name}"
    function = EXERCISES[name].right.__name__
    solution, stub = (getattr(importlib.import_module(f), function) for f in files)
    assert check.verdict(name, solution) == (0, f"{name}: right")
    assert check.verdict(name) == (1, f"{name}: not written yet")
    assert solution.__doc__ == stub.__doc__


@pytest.mark.parametrize("name, text", MISTAKES)
def test_a_mistake_is_named(name, text):
    wrong = EXERCISES[name].mistakes[text]
    assert check.verdict(name, wrong) == (1, f"{name}: wrong. {text}")


@pytest.mark.parametrize("text", CHANGES)
def test_a_mistake_of_any_exercise_is_named(text):
    name, right = "kl_gradient", EXERCISES["kl_gradient"].right
    all_wrong = check.verdict(name, lambda *a: [*map(CHANGES[text], right(*a))])
    one = check.verdict(name, lambda mu, v: (mu, CHANGES[text](right(mu, v)[1])))
    assert all_wrong == (1, f"{name}: wrong. {text}")
    assert one == (1, f"{name}: wrong. dlogvar: {text}")


def textbook(logits, x, least=0):
    p = np.clip(1 / (1 + np.exp(-logits)), least, 1 - least)
    return np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)


def fails(mu, logvar):
    return mu.sums(axis=-1)


OTHERS = [
    ("log_likelihood", textbook, "Only extreme inputs fail. np.exp(1000) overflows."),
    ("log_likelihood", lambda a, x: textbook(a, x, 1e-9), "Only extreme inputs fail."),
    ("log_likelihood", lambda a, x: -textbook(a, x), "The sign is reversed."),
    ("log_likelihood_gradient", lambda a, x: x - np.exp(a) / (1 + np.exp(a)), "1000"),
    ("bound", lambda *a: np.log(np.exp(log_weight(*a)).mean(0)), "exp(-1000) is 0"),
    ("em", em(lambda a, w: np.exp(a) / np.sum(np.exp(a), 1, keepdims=True)), "-1000"),
    ("discriminator", lambda a, b: np.log((1 + np.exp(-a)) * (1 + np.exp(b))), "1000"),
    ("kl", lambda mu, v: model.kl_divergence(v, mu), "You exchange mu and logvar."),
    ("reparameterize", lambda *a: np.random.default_rng().random(), "Two calls with"),
    ("kl", lambda mu, v: None, "kl: not written yet: it returns None"),
    ("kl", lambda mu, v: 0.5 * np.sum(..., axis=-1), "kl: not written yet"),
    ("kl", fails, f"line {fails.__code__.co_firstlineno + 1}: AttributeError: 'numpy"),
    ("kl", lambda mu, v: mu, "the result has the shape (1, 1); (1,) is right."),
    ("kl", lambda mu, v: 7 + 0 * mu.sum(axis=-1), "the result is 7; 0.0"),
    ("em", lambda x, *theta: x, "Return 3 arrays: weights, means, covariances."),
    ("elbo_gradient", lambda p, x, eps: {"W_mu": x}, "b_mu is missing."),
    ("kl", lambda mu, v: [[1], [2, 3]], "Return arrays of numbers."),
]


@pytest.mark.parametrize("name, function, text", OTHERS)
def test_other_mistakes_are_described(name, function, text):
    status, line = check.verdict(name, function)
    assert status == 1 and text in line and len(line) < 160


FILES = [
    ("def kl_divergence(mu, logvar:\n    ...", "kl.py, line 1: '(' was never closed"),
    ("x = 1\ny = z\n", "kl.py, line 2: NameError: name 'z' is not defined"),
    ("import sys\nsys.exit()\n", "kl.py, line 2: SystemExit:"),
    ("def kl(mu, logvar): ...", "kl.py has no function kl_divergence"),
    ("def kl_divergence(mu): ...", "must take (mu, logvar): too many positional"),
    (None, "kl.py: No such file or directory"),
]


@pytest.mark.parametrize("text, words", FILES)
def test_what_cannot_be_read_is_one_line(tmp_path, monkeypatch, capsys, text, words):
    monkeypatch.setattr(check, "FOLDER", tmp_path)
    if text:
        (tmp_path / "kl.py").write_text(text)
    assert check.main(["kl"]) == 2
    stdout, stderr = capsys.readouterr()
    assert (stdout, stderr[:11], stderr.count("\n")) == ("", "error: kl: ", 1)
    assert words in stderr


def test_the_command(tmp_path, monkeypatch, capsys):
    result = module("exercises.check", folder=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    lines = [f"{name}: not written yet" for name in EXERCISES]
    assert result.returncode == 1 and result.stdout.splitlines() == lines
    assert "tensorflow" not in result.stderr and "scipy" not in result.stderr
    one_line(module("exercises.check", "k", folder=tmp_path), "log_likelihood")
    monkeypatch.setattr(check, "FOLDER", check.FOLDER / "solutions")
    assert check.main([]) == 0
    check.check("kl")
    printed = capsys.readouterr().out.splitlines()
    assert printed == [*(f"{name}: right" for name in EXERCISES), "kl: right"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_has_no_twin_in_numpy_agrees_with_others():
    """scikit-learn's EM, TensorFlow's discriminator, and a gradient of differences."""
    x, *theta = EXERCISES["em"].inputs[2]
    start = {"weights_init": theta[0], "means_init": theta[1]}
    start |= {"precisions_init": np.linalg.inv(theta[2]), "reg_covar": 0}
    step = GaussianMixture(3, max_iter=1, **start).fit(x)
    theirs = step.weights_, step.means_, step.covariances_
    for a, b in zip(EXERCISES["em"].right(x, *theta), theirs, strict=True):
        np.testing.assert_allclose(a, b)
    for pair in EXERCISES["discriminator"].inputs:
        right = EXERCISES["discriminator"].right(*pair)
        np.testing.assert_allclose(discriminator_loss(*pair), right, rtol=1e-6)
    parameters, x, eps = EXERCISES["elbo_gradient"].inputs[1]

    def loss(values, name):
        moved = parameters | {name: values.reshape(parameters[name].shape)}
        return -np.mean(model.elbo(moved, x, eps, None))

    for name, slope in elbo(parameters, x, eps).items():
        quotient = approx_fprime(parameters[name].ravel(), loss, 1e-7, name)
        np.testing.assert_allclose(quotient, slope.ravel(), atol=1e-5)
