"""The judge of generated images: what it must call worse, and what it recognizes."""

import functools
import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pooch
import pytest
from scipy import ndimage
from scipy.linalg import sqrtm

from common import UserError
from common import judge as judges
from common.images import data
from common.words import Words
from tools.use import evaluate

BOTH = pytest.mark.parametrize(
    "name",
    ["digits", pytest.param("mnist", marks=[pytest.mark.slow, pytest.mark.mnist])],
)


@functools.cache
def fitted(name):
    """-> Judge, Dataset"""
    if name == "mnist" and "MNIST_PATH" not in os.environ:
        pytest.skip("needs MNIST_PATH")
    dataset = data.load(name)
    return judges.Judge().fit(dataset), dataset


@pytest.fixture
def judge():
    return fitted("digits")[0]


@pytest.fixture
def fits(tmp_path, monkeypatch, judge):
    """What was fitted while the cache is a folder of the test's own, empty at first."""
    fits = []
    monkeypatch.setattr(judges.Judge, "fit", lambda _, data: fits.append(data) or judge)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache")
    return fits


def noisy(X, strength, seed=0):
    noise = np.random.default_rng(seed).normal(0, 1, X.shape)
    return (X + strength * noise).clip(0, 1)


def blurred(X, width):
    images = X.reshape(-1, 28, 28)
    return ndimage.gaussian_filter(images, (0, width, width)).reshape(X.shape)


def rise(values):
    """The smallest step, as a share of all."""
    return np.diff(values).min() / np.ptp(values)


@BOTH
def test_it_gets_worse_with_noise_blur_and_missing_classes(name, seed, bounded):
    judge, dataset = fitted(name)
    X, y = dataset.train_images[:3000] / 255, dataset.train_labels[:3000]
    noise = functools.partial(noisy, seed=seed)
    for spoil, strengths in ((noise, (0, 0.2, 0.3)), (blurred, (0, 1, 2, 3))):
        scores = [judge.scores(spoil(X, strength)) for strength in strengths]
        # Noise, 8 seeds: both are 0.41 +- 0.01.
        bounded(f"distance {strengths}", rise([s.distance for s in scores]), low=0)
        bounded(f"recognized {strengths}", rise([-s.sure for s in scores]), low=0)
    scores = [judge.scores(X[y >= dropped]) for dropped in (0, 2, 5, 8)]
    assert rise([each.distance for each in scores]) > 0
    assert rise([-each.entropy for each in scores]) > 0
    assert scores[1].rarest in (0, 1)
    assert scores[1].rarest_share < 0.01
    assert scores[0].sure - 0.03 < scores[3].sure


@BOTH
def test_it_agrees_with_eyes(name):
    """Blotches are worse than clean digits with too many nines, or without gray.

    A blotch is two images, softly laid over each other, in black and white: a judge
    that sees pixels alone likes it.
    """
    judge, dataset = fitted(name)
    X, y = dataset.train_images[:3000] / 255, dataset.train_labels[:3000]
    nines = np.repeat(np.flatnonzero(y == 9), 4)
    unbalanced = judge.scores(np.concatenate([X, X[nines]]))
    blotches = judge.scores(blurred((X + X[::-1]) / 2, 1) > 0.3)
    assert unbalanced.distance < blotches.distance
    assert unbalanced.sure > blotches.sure + 0.2
    assert unbalanced.commonest == 9
    assert unbalanced.entropy < judge.real_images.entropy - 0.2
    assert judge.scores(X > 0.5).distance < blotches.distance


@BOTH
def test_its_classifier(name):
    """It is right as often as it says: among all, the recognized and the others."""
    judge, dataset = fitted(name)
    p = judge.probabilities(judge.features(dataset.test_images / 255))
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    right = judge.classes[p.argmax(axis=1)] == dataset.test_labels
    p = p.max(axis=1)
    for group in (p > 0, p > 0.9, p <= 0.9):
        error = np.sqrt((p * (1 - p))[group].sum()) / group.sum()
        assert abs(p[group].mean() - right[group].mean()) < 4 * error
    assert judge.accuracy == right.mean() >= 0.985
    assert judge.precision_when_sure == right[p > 0.9].mean() > judge.accuracy
    scores = judge.scores(dataset.test_images / 255)
    assert (scores.images, scores.sure) == (len(p), (p > 0.9).mean())
    assert scores.distance == pytest.approx(0, abs=1e-3)
    assert judge.real_images.images == min(10_000, len(dataset.train_images))
    assert judge.real_images.distance < 3
    assert judge.real_images.entropy == pytest.approx(np.log(10), abs=0.003)


def test_its_figures_change_with_its_version_alone(judge, digits):
    X = blurred(digits.train_images / 255, 1)
    model = SimpleNamespace(sample=lambda count: np.resize(X, (count, 784)))
    scores = judge.scores_of(model)
    assert (judges.VERSION, scores.images) == (1, 10_000)
    assert scores.sure == pytest.approx(0.9807, abs=0.001)
    assert scores.distance == pytest.approx(7.1338, rel=1e-3)
    p = judge.probabilities(judge.features(digits.test_images / 255))
    loss = -np.log(p[np.arange(len(p)), digits.test_labels]).mean()
    assert loss == pytest.approx(0.0127665, rel=1e-3)


def test_one_average_image_is_as_far_as_100(judge, digits):
    """So much are all variances of the features together."""
    z = judge.features(digits.train_images / 255)
    assert z.var(axis=0).sum() == pytest.approx(100, rel=0.02)
    same = judges.gaussian(np.tile(z.mean(axis=0), (50, 1)))
    assert judges.frechet(*same, *judges.gaussian(z)) == pytest.approx(100, rel=0.02)


def test_frechet_distance_of_two_gaussians():
    """Closed forms: on a line; and where covariances commute; and SciPy's sqrtm."""
    line = judges.frechet(np.array([1.0]), np.eye(1) * 4, np.array([4.0]), np.eye(1))
    assert line == pytest.approx((1 - 4) ** 2 + (2 - 1) ** 2)
    a, b = np.array([1.0, 4, 9]), np.array([4.0, 0, 16])
    apart = judges.frechet(np.zeros(3), np.diag(a), np.ones(3), np.diag(b))
    assert apart == pytest.approx(3 + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum())
    rng = np.random.default_rng(0)
    A, B = (np.cov(rng.normal(size=(20, 6)), rowvar=False) for _ in range(2))
    expected = np.trace(A + B - 2 * sqrtm(A @ B).real)
    assert judges.frechet(np.ones(6), A, np.ones(6), B) == pytest.approx(expected)


def test_edges_of_a_bar():
    """Ink rises to the right on a bar's left side, to the left on its right side."""
    image = np.zeros((28, 28), np.float32)
    image[:, 10:18] = 1
    cells = judges.edges(image.reshape(1, 784)).reshape(8, 7, 7)
    middle = cells[:, 3]  # (direction, column)
    assert middle[:, 2].argmax() == 0
    assert middle[:, 4].argmax() == 4
    np.testing.assert_allclose(middle[[2, 6]], 0, atol=1e-6)  # up, down
    np.testing.assert_allclose(cells[:, :, ::-1][[4, 0]], cells[[0, 4]], atol=1e-6)
    turned = judges.edges(image.T.reshape(1, 784)).reshape(8, 7, 7)
    expected = cells[[2, 1, 0, 7, 6, 5, 4, 3]].swapaxes(1, 2)
    np.testing.assert_allclose(turned, expected, atol=1e-6)


def test_a_judge_is_fitted_once(fits, digits, judge, tmp_path):
    judges.of(digits)
    (path,) = (tmp_path / "cache").iterdir()
    assert digits.sha256[:16] in path.name
    from_file = judges.of(digits)
    assert len(fits) == 1
    assert vars(from_file).keys() == vars(judge).keys()
    assert vars(judge).keys() == judges.Judge.__annotations__.keys()
    for name, value in vars(judge).items():
        np.testing.assert_array_equal(getattr(from_file, name), value, err_msg=name)
    X = digits.train_images / 255
    assert from_file.scores(X) == judge.scores(X)


def edited(name, edit):
    """A function that writes a judge's file again, with another array."""

    def damage(path):
        with np.load(path) as arrays:
            arrays = dict(arrays)
        np.savez(path, **arrays | {name: edit(arrays[name])})

    return damage


DAMAGES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1000]),
    "of other arrays": lambda path: np.savez(path, mean=np.zeros(392)),
    "with a pickle": edited("mean", lambda mean: mean.astype(object)),
    "with other scores": edited("real_images", lambda scores: '{"sure": 0.5}'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_replaced(fits, digits, damage, tmp_path):
    judges.of(digits)
    (path,) = (tmp_path / "cache").iterdir()
    DAMAGES[damage](path)
    for _ in range(2):
        judges.of(digits)
        assert len(fits) == 2


@pytest.mark.parametrize("place", [__file__, "~nobody-of-this-name"])
def test_without_cache_it_is_fitted_each_time(fits, digits, judge, monkeypatch, place):
    monkeypatch.setattr(pooch, "os_cache", lambda name: Path(place).expanduser())
    assert judges.of(digits) is judges.of(digits) is judge
    assert len(fits) == 2


def test_too_few_images(fits, digits):
    few = replace(digits, test_images=digits.test_images[:199])
    with pytest.raises(UserError, match="no judge of samples: fewer than 200"):
        judges.of(few)
    assert not fits
    judges.of(replace(digits, test_images=digits.test_images[:200]))


def test_classes_need_not_be_0_to_9(digits, capfd):
    """Three classes with other numbers, one of them rare.  Nothing is printed."""
    keep = np.isin(digits.train_labels, (2, 3, 7))
    keep &= (digits.train_labels != 7) | (np.arange(len(keep)) < 200)
    X, y = digits.train_images[keep], digits.train_labels[keep] * 10 - 7
    labels = {"train_labels": y, "test_labels": digits.test_labels * 10 - 7}
    judge = judges.Judge().fit(replace(digits, train_images=X, **labels))
    assert judge.classes.tolist() == [13, 23, 63]
    assert judge.real_images.rarest == 63
    assert judge.real_images.sure > 0.9
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("ink", [0, 1])
def test_images_outside_the_plane_do_not_break_it(judge, ink):
    scores = judge.scores(np.full((3, 784), ink))
    assert np.isfinite(list(asdict(scores).values())).all()
    assert (scores.entropy, scores.sure) == (0, 0)


@pytest.fixture
def evaluated(fits, tmp_path, capfd):
    """`evaluate` of a model whose samples are training images -> text, JSON."""

    def run(dataset, count):
        def sample(count, draw):
            X = dataset.train_images[:count] / 255
            return X if draw == "mean" else noisy(X, 0.3)

        estimator = SimpleNamespace(test_measures={}, words=Words(), sample=sample)
        estimator.settings_ = SimpleNamespace(binarize="threshold")
        estimator.measures = lambda X: ()
        options = SimpleNamespace(judge=count, samples=0)
        (path,) = evaluate.run(options, estimator, dataset, tmp_path / "metrics")
        stdout, stderr = capfd.readouterr()
        assert stderr == ""
        return stdout, json.loads(path.read_text())

    return run


def test_evaluate_asks_the_judge(evaluated, digits, judge):
    stdout, result = evaluated(digits, 1500)
    judged, real = result["samples_judged"], judge.real_images
    assert judged["mean"] == pytest.approx(judged["training"], rel=1e-4, abs=1e-4)
    assert judged["sample"]["distance"] > 3 * judged["mean"]["distance"]
    assert judged["training"] == asdict(real)
    assert judged["accuracy"] == judge.accuracy
    assert judged["accuracy_where_sure"] == judge.precision_when_sure
    assert f"is right on {judge.accuracy:.2%} of the test images\n" in stdout
    assert f"sure, {judge.precision_when_sure:.2%})\n\n1,500 samples  " in stdout
    row = evaluate.ROW.format(title="the floor: 1,500 training images", **asdict(real))
    assert f"\n{row}\npixel probabilities  " in stdout
    assert "Figures of different judges" in stdout
    assert max(map(len, stdout.splitlines())) <= 88


def test_evaluate_without_a_judge(evaluated, digits):
    stdout, result = evaluated(digits, 0)
    assert "judge" not in stdout
    assert "samples_judged" not in result
    one_class = np.full_like(digits.train_labels, 3)
    for labels, reason in ((one_class, "are of one class"), (None, "have no labels")):
        stdout, result = evaluated(replace(digits, train_labels=labels), 100)
        lines = [line for line in stdout.splitlines() if "judge" in line]
        assert lines == [f"no judge of samples: the training images {reason}"]
        assert result["samples_judged"] is None
