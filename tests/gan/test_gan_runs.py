"""A GAN's runs: interchange, commands, warnings, and the estimator."""

import json

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import gan_tf
import gan_theano
from common import UserError, judge
from common.models import gan
from tests.helpers import one_line, rows, succeed

pytestmark = pytest.mark.usefixtures("uncompiled")
PACKAGES = {"gan_tf": gan_tf, "gan_theano": gan_theano}
DIGITS = ["--data", "digits", "--quiet"]


@pytest.mark.slow
def test_each_resumes_and_uses_what_the_other_trained(command, digits, tmp_path):
    out = tmp_path / "run"
    words = [*DIGITS, "--epochs", 1, "--hidden", 16, "--penalty", 2.5, "--out", out]
    assert command("gan_theano.train", *words).returncode == 0
    succeed(command("gan_tf.train", "--resume", out, "--epochs", 2))
    history = rows(out)
    judged = ["judge_sure", "judge_rarest", "judge_distance"]
    assert [*history[0]] == [*gan.Settings.columns(), *judged]
    models = [package.GAN.load(out) for package in PACKAGES.values()]
    assert models[0].penalty == 2.5
    scores = judge.of(digits).scores_of(models[0])
    expected = [scores.sure, scores.rarest_share, scores.distance]
    last = [float(history[1][name]) for name in judged]
    np.testing.assert_allclose(last, expected, atol=1e-4)
    assert len(history) == 2
    pictures = {path.name for path in (out / "figures").glob("*.png")}
    assert pictures == {"curves.png", "samples.png", "interpolation.png"}
    np.testing.assert_allclose(*(model.sample(3) for model in models), atol=1e-6)
    arrays = np.load(out / "checkpoint.npz")
    assert arrays["adam_step_generator"] == arrays["adam_step_discriminator"] == 22


@pytest.mark.slow
def test_without_a_judge_it_trains_as_ever(command, tmp_path, rng, without_figures):
    """Images of one class make none."""
    images = rng.integers(0, 256, (60, 28, 28), dtype=np.uint8)
    path, out = tmp_path / "one.npz", tmp_path / "run"
    labels = np.zeros(60, np.uint8)
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    words = "--data", path, "--epochs", 1, "--batch-size", 10, "--out", out
    result = command("gan_tf.train", *words)
    assert "no judge of samples: the training images are of one class" in result.stdout
    assert tuple(rows(out)[0]) == gan.Settings.columns()


@pytest.fixture(scope="module")
def trained(digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gan") / "model"
    gan_tf.GAN(5, hidden=(16,), epochs=2).fit(digits.train_images).save(folder)
    return folder


def test_sample_and_interpolate(command, trained):
    def use(*words):
        succeed(command("gan_tf", words[0], trained, *words[1:]))
        return np.load(trained / f"{words[0]}.npz")

    samples = use("sample", "--seed", 3, "--count", 4)
    assert samples["images"].shape == (4, 784)
    walk = use("interpolate", "--from", 3, "--to", 17)
    np.testing.assert_array_equal(walk["z"][0], samples["z"][0])
    np.testing.assert_allclose(walk["images"][0], samples["images"][0], atol=1e-6)
    middle = (walk["z"][0] + walk["z"][-1]) / 2
    np.testing.assert_allclose(walk["z"][4:6].mean(axis=0), middle, atol=1e-6)
    assert use("sample", "--z", 0, 1, 0, 1, 0)["images"].shape == (1, 784)


def test_evaluate(command, trained):
    words = "--data", "digits", "--judge", 0
    stdout = succeed(command("gan_tf", "evaluate", trained, *words))
    measures = gan.Settings.test_measures
    assert all(measure.title in stdout for measure in measures.values())
    means = json.loads((trained / "metrics.json").read_text())
    assert set(measures) < set(means)
    assert 0 <= means["accuracy_real"]["mean"] <= 1


def test_commands_that_need_an_encoder_say_so(command, trained):
    for name, reason in gan.Settings.words.missing_commands.items():
        one_line(command("gan_tf", name, trained, "--data", "digits"), reason)
        assert f"\n    {name} " not in command("gan_tf", "--help").stdout


def test_a_generated_image_has_no_pixels_to_draw(command, trained):
    one_line(command("gan_tf", "sample", trained, "--draw", "sample"), "--draw")
    with pytest.raises(ValueError, match="draw must be mean, not 'sample'"):
        gan_tf.GAN.load(trained).sample(2, draw="sample")


def test_scores(trained, digits):
    X = digits.test_images[:40]
    ours, twin = (package.GAN.load(trained) for package in PACKAGES.values())
    scores = ours.score_samples(X)
    assert (scores.shape, scores.dtype) == ((40,), np.float32)
    np.testing.assert_allclose(scores, twin.score_samples(X), atol=1e-4)
    right = dict(zip(ours.test_measures, ours.measures(X), strict=True))
    np.testing.assert_array_equal(right["accuracy_real"], scores > 0)
    for name in ("transform", "encode", "reconstruct", "score"):  # not an encoder's
        assert not hasattr(ours, name), name
    with pytest.raises(NotFittedError):
        gan_tf.GAN().sample()
    with pytest.raises(ValueError, match=r"X lies in \[200, 200\]"):
        ours.score_samples(np.full((2, 784), 200.0))
    with pytest.raises(UserError, match="not a run"):
        gan_theano.GAN.load(trained / "nowhere")


def test_an_option_of_one_model(command, trained):
    assert json.loads((trained / "config.json").read_text())["penalty"] == 0.3
    with pytest.raises(ValueError, match=r"penalty must be a number .* not -1"):
        gan_tf.GAN(penalty=-1).fit(np.zeros((20, 4)))
    result = command("vae_tf.train", "--penalty", 1)
    one_line(result, "unrecognized arguments: --penalty")


# Warnings


WARNINGS = {
    # After 11 steps a generator's variance is a sixth of real images', not 5%.
    "": (),
    # Units that are deaf below 0, no penalty, five times the rate: 1% is left.
    "epoch 1: the generator has collapsed: ": (
        *("--activation", "relu", "--learning-rate", 0.01, "--penalty", 0),
    ),
    # Adam's steps are no longer than the rate: what it spoils stays finite.
    "epoch 1: the losses have run away; ": ("--hidden", 16, "--learning-rate", 1000),
}


@pytest.mark.slow
@pytest.mark.chance
@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize("warning", WARNINGS)
def test_a_warning_is_said_once(command, monkeypatch, tmp_path, warning, seed):
    monkeypatch.setattr(gan.Settings, "judged", False)
    words = *DIGITS, "--epochs", 2, *WARNINGS[warning], "--seed", seed
    words += "--out", tmp_path / "run"
    stdout = succeed(command("gan_tf.train", *words))
    said = [line for line in stdout.splitlines() if line.startswith("epoch")]
    assert len(said) == bool(warning)
    assert "".join(said).startswith(warning)


def test_a_discriminator_that_wins_is_said(digits):
    row = {"train_discriminator_loss": 0.01, "train_generator_loss": 5}
    row["test_variance"] = 20
    warning = gan.Settings.words.warning(row, digits.test_images)
    assert "sees through every image" in warning
    row["train_discriminator_loss"] = 1.2
    assert gan.Settings.words.warning(row, digits.test_images) is None
