"""A GAN's runs: exact resume, interchange, verbs, warnings, and the estimator."""

import csv
import json

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import gan_tf
import gan_theano
from common import Interrupted, UserError, about, judge, loop
from common.commands import train, verbs
from common.images import data
from common.runs import Position, Run
from common.settings import Settings

PACKAGES = {"gan_tf": gan_tf, "gan_theano": gan_theano}
ABOUT = about.find("gan")
SMALL = {"hidden": (16,), "latent_dim": 5, "batch_size": 10}


def make_settings(**changes):
    return Settings(model="gan", **(ABOUT.defaults | {"data": "digits"} | changes))


@pytest.fixture(scope="module")
def dataset():
    return data.load("digits")


def begin(package, dataset, path, settings):
    gan = PACKAGES[package].GAN().initialize(settings, dataset.train_images)
    run = Run(path)
    run.create()
    config = {"package": package, "settings": settings, "versions": {}}
    run.write_config(config | {"data": {"sha256": dataset.sha256}})
    return gan, run


def ignore(row):
    pass


def stop(row):
    raise Interrupted


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_resuming_is_exact(package, dataset, tmp_path):
    """After an epoch, and in the middle of the next."""
    settings = make_settings(epochs=3, **SMALL)
    gan, run = begin(package, dataset, tmp_path / "whole", settings)
    whole = loop.train_epochs(gan, dataset, run, ([], Position()), ignore, True)
    expected = gan.state()

    gan, run = begin(package, dataset, tmp_path / "parts", settings)
    with pytest.raises(Interrupted):
        loop.train_epochs(gan, dataset, run, ([], Position()), stop, True)
    gan = PACKAGES[package].GAN().initialize(settings, dataset.train_images)
    history, position = run.restore(gan)
    assert (position.epoch, position.steps) == (1, 0)

    class Now:
        def is_set(self):
            return True

    images = dataset.train_images
    loop.train_epoch(gan.network, images, settings, position, Now(), True)
    assert position.steps == 100  # of 150
    run.save(history, gan.state(), position)
    gan = PACKAGES[package].GAN().initialize(settings, images)
    start = run.restore(gan)
    assert start[1] == position
    parts = loop.train_epochs(gan, dataset, run, start, ignore, True)
    for name, value in expected.items():
        np.testing.assert_array_equal(gan.state()[name], value, err_msg=name)
    for ours, theirs in zip(parts, whole, strict=True):
        for name in set(ours) - {"seconds"}:
            assert ours[name] == pytest.approx(theirs[name], abs=1e-4)  # as in the csv


@pytest.mark.slow
def test_each_resumes_and_uses_what_the_other_trained(dataset, tmp_path, capsys):
    folder = str(tmp_path / "run")
    options = ["--epochs", "1", "--hidden", "16", "--data", "digits", "--quiet"]
    assert train.main("gan_theano", argv=[*options, "--out", folder]) == 0
    status = train.main("gan_tf", argv=["--resume", folder, "--epochs", "2"])
    assert status == 0, capsys.readouterr().err
    with Run(tmp_path / "run").history_path.open() as file:
        rows = [*csv.DictReader(file)]
    judged = ["judge_sure", "judge_rarest", "judge_distance"]
    assert [*rows[0]] == [*ABOUT.columns, *judged]
    scores = judge.of(dataset).scores_of(gan_tf.GAN.load(folder))
    expected = [scores.sure, scores.rarest_share, scores.distance]
    found = [float(rows[1][name]) for name in judged]
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert len(rows) == 2
    pictures = {path.name for path in (tmp_path / "run/figures").glob("*.png")}
    assert pictures == {"curves.png", "samples.png", "interpolation.png"}
    made = [p.GAN.load(folder).sample(3) for p in PACKAGES.values()]
    np.testing.assert_allclose(*made, atol=1e-6)
    arrays = np.load(tmp_path / "run" / "checkpoint.npz")
    assert arrays["adam_step_generator"] == arrays["adam_step_discriminator"] == 22


@pytest.mark.slow
def test_without_a_judge_it_trains_all_the_same(tmp_path, rng, capsys):
    """Images of one class make none."""
    images = rng.integers(0, 256, (60, 28, 28), dtype=np.uint8)
    path, out = tmp_path / "one.npz", tmp_path / "run"
    labels = np.zeros(60, np.uint8)
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    options = ["--data", str(path), "--epochs", "1", "--batch-size", "10"]
    assert train.main("gan_tf", argv=[*options, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "note   no judge of samples: the training images are of one class" in printed
    header = Run(out).history_path.read_text().splitlines()[0]
    assert header == ",".join(ABOUT.columns)


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    gan = gan_tf.GAN(hidden=(16,), latent_dim=5, epochs=3)
    X = np.divide(dataset.train_images, 255, dtype=np.float32)
    folder = tmp_path_factory.mktemp("gan") / "model"
    gan.fit(X).save(folder)
    return folder


def use(capsys, *arguments):
    status = verbs.main("gan_tf", [*map(str, arguments)])
    return status, *capsys.readouterr()


def test_sample_and_interpolate(trained, capsys):
    assert use(capsys, "sample", trained, "--seed", 3, "--count", 4)[0] == 0
    samples = np.load(trained / "sample.npz")
    assert samples["images"].shape == (4, 784)
    assert use(capsys, "interpolate", trained, "--from", 3, "--to", 17)[0] == 0
    walk = np.load(trained / "interpolate.npz")
    np.testing.assert_array_equal(walk["z"][0], samples["z"][0])
    np.testing.assert_allclose(walk["images"][0], samples["images"][0], atol=1e-6)
    middle = (walk["z"][0] + walk["z"][-1]) / 2
    np.testing.assert_allclose(walk["z"][4:6].mean(axis=0), middle, atol=1e-6)
    assert use(capsys, "sample", trained, "--z", 0, 1, 0, 1, 0)[0] == 0


def test_evaluate(trained, capsys):
    status, out, _ = use(capsys, "evaluate", trained, "--data", "digits")
    assert status == 0
    assert all(measure.title in out for measure in ABOUT.measures.values())
    found = json.loads((trained / "metrics.json").read_text())
    assert set(ABOUT.measures) < set(found)
    assert 0 <= found["accuracy_real"]["mean"] <= 1


@pytest.mark.parametrize("verb", ["encode", "reconstruct"])
def test_verbs_that_need_an_encoder_say_so(verb, trained, capsys):
    status, out, error = use(capsys, verb, trained, "--data", "digits")
    assert (status, out) == (2, "")
    assert error == f"error: {ABOUT.missing_verbs[verb]}\n"
    with pytest.raises(SystemExit):
        use(capsys, "--help")
    assert f"\n    {verb} " not in capsys.readouterr().out


def test_a_generated_image_has_no_pixels_to_draw(trained, capsys):
    with pytest.raises(SystemExit) as ended:
        use(capsys, "sample", trained, "--draw", "sample")
    assert ended.value.code == 2
    with pytest.raises(ValueError, match="draw must be mean, not 'sample'"):
        gan_tf.GAN.load(trained).sample(2, draw="sample")


def test_save_load_and_scores(trained, dataset):
    X = np.divide(dataset.test_images[:40], 255, dtype=np.float32)
    ours, twin = (package.GAN.load(trained) for package in PACKAGES.values())
    scores = ours.score_samples(X)
    assert (scores.shape, scores.dtype) == ((40,), np.float32)
    np.testing.assert_allclose(scores, twin.score_samples(X), atol=1e-4)
    right = dict(zip(ABOUT.measures, ours.measures(X), strict=True))["accuracy_real"]
    np.testing.assert_array_equal(right, scores > 0)
    assert not hasattr(ours, "score")
    assert not hasattr(ours, "transform")


@pytest.mark.slow
def test_options_of_a_model(trained, capsys, tmp_path):
    config = json.loads((trained / "config.json").read_text())
    assert config["settings"]["options"] == {"penalty": 0.3}
    out = str(tmp_path / "run")
    options = ["--epochs", "1", "--hidden", "4", "--data", "digits", "--quiet"]
    given = ["--penalty", "2.5", "--out", out]
    assert train.main("gan_tf", argv=[*options, *given]) == 0
    assert gan_tf.GAN.load(out).penalty == 2.5
    with pytest.raises(ValueError, match="penalty must be a number from 0, not -1"):
        gan_tf.GAN(penalty=-1).fit(np.zeros((20, 4)))
    with pytest.raises(ValueError, match="speed is no option of"):
        make_settings(epochs=1, options={"speed": 1})
    with pytest.raises(SystemExit):
        train.main("vae_tf", argv=["--penalty", "1"])
    assert "unrecognized arguments: --penalty" in capsys.readouterr().err


def test_the_defaults_are_those_of_the_command_line():
    for package in PACKAGES.values():
        given = package.GAN().get_params()
        defaults = ABOUT.defaults | {n: o.default for n, o in ABOUT.options.items()}
        del defaults["data"]
        for name, value in defaults.items():
            assert given["random_state" if name == "seed" else name] == value


@pytest.mark.slow
def test_a_collapse_is_said_once(dataset, tmp_path, capsys):
    """A generator whose last weights are 0 gives one image; rate 1e-9 leaves it so."""
    settings = make_settings(epochs=3, **(SMALL | {"learning_rate": 1e-9}))
    gan, run = begin("gan_tf", dataset, tmp_path / "run", settings)
    state = gan.state()
    gan.load_state(state | {"generator_W_logits": 0 * state["generator_W_logits"]})
    table = train.Table(settings, quiet=True)
    table.head(dataset)
    loop.train_epochs(gan, dataset, run, ([], Position()), table.row, True)
    out = capsys.readouterr().out
    assert out.startswith("epoch 1: the generator has collapsed: ")
    assert out.count("\n") == 1


def warnings(dataset, **changes):
    """What is said of a run's epochs; None of those that are healthy."""
    gan, run = begin("gan_tf", dataset, changes.pop("path"), make_settings(**changes))
    start = [], Position()
    history = loop.train_epochs(gan, dataset, run, start, ignore, True)
    return [ABOUT.warning(row, dataset.test_images) for row in history]


@pytest.mark.slow
def test_a_young_generator_is_no_collapse(dataset, tmp_path):
    """After an epoch of 11 steps its variance is a sixth of real images', not 5 %."""
    assert warnings(dataset, path=tmp_path / "run", epochs=3) == [None] * 3


@pytest.mark.slow
def test_a_collapse_in_training(dataset, tmp_path):
    """Units that are deaf below 0, no penalty, five times the rate: 1 % is left."""
    changes = {"activation": "relu", "learning_rate": 0.01, "options": {"penalty": 0}}
    first, second = warnings(dataset, path=tmp_path / "run", epochs=2, **changes)
    assert first.startswith("the generator has collapsed: ")
    assert second == first


def test_a_discriminator_that_wins_is_said(dataset):
    images = dataset.test_images
    row = {"train_discriminator_loss": 0.01, "train_generator_loss": 5}
    row["test_variance"] = 20
    assert "sees through every image" in ABOUT.warning(row, images)
    assert ABOUT.warning(row | {"train_discriminator_loss": 1.2}, images) is None


@pytest.mark.slow
def test_divergence_is_one_line(tmp_path, capsys):
    """Adam's steps are no longer than the rate: what it spoils stays finite."""
    options = ["--epochs", "2", "--hidden", "16", "--data", "digits", "--quiet"]
    given = ["--learning-rate", "1000", "--out", str(tmp_path / "run")]
    assert train.main("gan_tf", argv=[*options, *given]) == 0
    out = capsys.readouterr().out
    assert out.startswith("epoch 1: the losses have run away; ")
    assert out.count("run away") == 1


def test_scores_of_bad_input(trained):
    with pytest.raises(ValueError, match="divide by 255"):
        gan_tf.GAN.load(trained).score_samples(np.full((2, 784), 200.0))
    with pytest.raises(UserError, match="not a run"):
        gan_theano.GAN.load(trained / "nowhere")


PIPELINES = [
    make_pipeline(MinMaxScaler(clip=True), p.GAN(latent_dim=2, epochs=1, hidden=()))
    for p in PACKAGES.values()
]
IN_PLACE = "a Pipeline fits its steps in place, so its parameter `steps` changes"
NOT_APPLICABLE = {  # checks of scikit-learn: why
    "check_estimators_overwrite_params": IN_PLACE,
    "check_dont_overwrite_parameters": IN_PLACE,
}


@pytest.mark.slow
@parametrize_with_checks(PIPELINES, expected_failed_checks=lambda _: NOT_APPLICABLE)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
