"""The judge of generated images: what it must say is worse, and what it is sure of."""

import json
import os
import re
from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest
from common.about import About
from scipy import ndimage
from scipy.linalg import sqrtm

from common import UserError
from common import judge as judges
from common.commands import evaluate
from common.images import data


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.fixture(scope="module")
def judge(digits):
    return judges.fit(digits)


@pytest.fixture(scope="module")
def mnist():
    if "MNIST_PATH" not in os.environ:
        pytest.skip("needs MNIST_PATH")
    return data.load("mnist")


@pytest.fixture(scope="module")
def mnist_judge(mnist):
    return judges.fit(mnist)


@pytest.fixture
def cache(tmp_path, monkeypatch, judge):
    """A cache of its own, and how often a judge is fitted (here: brought along)."""
    fitted = []
    monkeypatch.setattr(judges, "fit", lambda data: fitted.append(data) or judge)
    monkeypatch.setattr(judges, "_cache", lambda: tmp_path / "cache")
    return tmp_path / "cache", fitted


def real_images(dataset, count=3000):
    return dataset.train_images[:count] / 255, dataset.train_labels[:count]


def noisy(X, strength):
    noise = np.random.default_rng(0).normal(0, 1, X.shape)
    return (X + strength * noise).clip(0, 1)


def blurred(X, width):
    images = X.reshape(-1, 28, 28)
    return ndimage.gaussian_filter(images, (0, width, width)).reshape(X.shape)


def blotchy(X):
    """Two images, softly laid over each other, in black and white."""
    return blurred((X + X[::-1]) / 2, 1) > 0.3


def assert_worse_and_worse(scores, what):
    values = [what(each) for each in scores]
    assert values == sorted(values), values
    assert len(set(values)) == len(values), values


def check_monotone(judge, dataset):
    X, y = real_images(dataset)
    for spoil, strengths in ((noisy, (0, 0.1, 0.3, 0.6)), (blurred, (0, 1, 2, 3))):
        scores = [judge.scores(spoil(X, strength)) for strength in strengths]
        assert_worse_and_worse(scores, lambda s: s.distance)
        assert_worse_and_worse(scores, lambda s: -s.sure)
    scores = [judge.scores(X[y >= dropped]) for dropped in (0, 2, 5, 8)]
    assert_worse_and_worse(scores, lambda s: s.distance)
    assert_worse_and_worse(scores, lambda s: -s.entropy)
    assert scores[1].rarest in (0, 1)
    assert scores[1].rarest_share < 0.01
    assert scores[0].sure - 0.03 < scores[3].sure


def check_eyes(judge, dataset):
    """Blotches are worse than clean digits of which one is too common, or without grey.

    A judge that sees pixels alone likes their black and white.
    """
    X, y = real_images(dataset)
    nines = np.flatnonzero(y == 9)
    chosen = np.concatenate([np.arange(len(X)), np.repeat(nines, 4)])
    common, blotches = judge.scores(X[chosen]), judge.scores(blotchy(X))
    assert common.distance < blotches.distance
    assert common.sure > blotches.sure + 0.2
    assert common.commonest == 9
    assert common.entropy < judge.floor.entropy - 0.2
    assert judge.scores(X > 0.5).distance < blotches.distance


def test_it_gets_worse_with_noise_blur_and_missing_classes(judge, digits):
    check_monotone(judge, digits)


def test_it_agrees_with_eyes(judge, digits):
    check_eyes(judge, digits)


@pytest.mark.slow
def test_the_same_on_mnist(mnist_judge, mnist):
    check_monotone(mnist_judge, mnist)
    check_eyes(mnist_judge, mnist)


@pytest.mark.slow
def test_mnist_is_classified(mnist_judge):
    """99 in 100 for kernels on oriented gradients, in the literature."""
    assert mnist_judge.accuracy >= 0.985
    assert mnist_judge.honesty > mnist_judge.accuracy
    assert mnist_judge.floor.images == 10_000
    assert mnist_judge.floor.distance < 1


def test_digits_are_classified(judge):
    assert judge.accuracy >= 0.98
    assert judge.honesty >= judge.accuracy
    assert judge.floor.images == 1500
    assert judge.floor.entropy == pytest.approx(np.log(10), abs=0.001)


def probabilities_of_the_test_images(judge, dataset):
    p = judge.probabilities(judge.features(dataset.test_images / 255))
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    return p.max(axis=1), judge.classes[p.argmax(axis=1)] == dataset.test_labels


@pytest.mark.slow
def test_its_probabilities_mean_something(mnist_judge, mnist):
    """It is right as often as it says: among all, the sure and the unsure."""
    p, right = probabilities_of_the_test_images(mnist_judge, mnist)
    for some in (p > 0, p > 0.9, p <= 0.9):
        spread = np.sqrt((p * (1 - p))[some].sum()) / some.sum()
        assert abs(p[some].mean() - right[some].mean()) < 4 * spread


def test_what_it_says_is_what_the_probabilities_are(judge, digits):
    p, right = probabilities_of_the_test_images(judge, digits)
    scores = judge.scores(digits.test_images / 255)
    assert scores.sure == (p > 0.9).mean()
    assert judge.accuracy == right.mean()
    assert judge.honesty == right[p > 0.9].mean()
    assert scores.images == 297
    assert scores.distance == pytest.approx(0, abs=1e-3)


def test_the_order_of_the_images_does_not_matter(judge, digits):
    X, _ = real_images(digits)
    ours = asdict(judge.scores(X))
    order = np.random.default_rng(0).permutation(len(X))
    assert asdict(judge.scores(X[order])) == pytest.approx(ours, rel=1e-4, abs=1e-4)


def test_one_average_image_is_as_far_as_100(judge, digits):
    """So much are all variances of the features together."""
    z = judge.features(digits.train_images / 255)
    assert z.var(axis=0).sum() == pytest.approx(100, rel=0.02)
    same = judges.gaussian(np.tile(z.mean(axis=0), (50, 1)))
    real = judges.gaussian(z)
    assert judges.frechet(*same, *real) == pytest.approx(100, rel=0.02)


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


def test_a_judge_is_fitted_once(cache, digits):
    folder, fitted = cache
    first = judges.of(digits)
    (path,) = folder.iterdir()
    assert digits.sha256[:16] in path.name
    again = judges.of(digits)
    assert len(fitted) == 1
    assert again.floor == first.floor
    for name, value in vars(first).items():
        np.testing.assert_array_equal(getattr(again, name), value, err_msg=name)
    X, _ = real_images(digits, 300)
    assert again.scores(X) == first.scores(X)


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "other", "pickle"])
def test_a_damaged_file_is_made_anew(cache, digits, damage):
    folder, fitted = cache
    judges.of(digits)
    (path,) = folder.iterdir()
    content = path.read_bytes()
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(content[:-1000])
    elif damage == "flipped":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + b"!?" + content[middle + 2 :])
    elif damage == "other":
        np.savez(path, mean=np.zeros(3))
    else:
        np.savez(path, mean=np.array([{}], dtype=object))
    judges.of(digits)
    assert len(fitted) == 2
    judges.of(digits)
    assert len(fitted) == 2


def test_a_cache_that_cannot_be_written(cache, digits, judge):
    folder, fitted = cache
    folder.write_text("")
    assert judges.of(digits) is judge
    assert judges.of(digits) is judge
    assert len(fitted) == 2


def test_data_that_make_no_judge(cache, digits):
    _, fitted = cache
    unlabelled = replace(digits, train_labels=np.zeros_like(digits.train_labels))
    with pytest.raises(UserError, match=r"no judge of samples: .* one class"):
        judges.of(unlabelled)
    few = replace(digits, test_images=digits.test_images[:50])
    with pytest.raises(UserError, match="no judge of samples: it takes 200"):
        judges.of(few)
    assert not fitted


def test_classes_need_not_be_0_to_9(digits):
    """Three classes with numbers of their own, one of them rare."""
    keep = np.isin(digits.train_labels, (2, 3, 7))
    keep &= (digits.train_labels != 7) | (np.arange(len(keep)) < 200)
    some = replace(
        digits,
        train_images=digits.train_images[keep],
        train_labels=digits.train_labels[keep] * 10 - 7,
        test_labels=digits.test_labels * 10 - 7,
    )
    judge = judges.fit(some)
    assert judge.classes.tolist() == [13, 23, 63]
    assert judge.floor.rarest == 63
    assert judge.floor.sure > 0.9


def test_nothing_is_printed(digits, capfd):
    judges.fit(digits)
    assert capfd.readouterr() == ("", "")


def test_images_outside_the_plane_do_not_break_it(judge):
    for image in (np.zeros((3, 784)), np.ones((3, 784))):
        scores = judge.scores(image)
        assert np.isfinite(list(asdict(scores).values())).all()
        assert scores.entropy == 0
        assert scores.sure == 0


@pytest.fixture
def evaluated(cache, tmp_path, capfd):
    """Let the verb look at a model whose samples are training images -> text, JSON."""

    def run(dataset, count):
        def sample(count, draw):
            X = dataset.train_images[:count] / 255
            return X if draw == "mean" else noisy(X, 0.3)

        settings = SimpleNamespace(binarize="threshold")
        estimator = SimpleNamespace(
            about=About(), settings_=settings, measures=lambda X: (), sample=sample
        )
        options = SimpleNamespace(judge=count)
        (path,) = evaluate.run(options, estimator, dataset, tmp_path / "metrics")
        stdout, stderr = capfd.readouterr()
        assert stderr == ""
        return stdout, json.loads(path.read_text())

    return run


def test_evaluate_asks_the_judge(evaluated, digits, judge):
    stdout, result = evaluated(digits, 1500)
    found = result["samples_judged"]
    assert found["mean"] == pytest.approx(found["training"], rel=1e-4, abs=1e-4)
    assert found["sample"]["distance"] > 3 * found["mean"]["distance"]
    assert found["training"] == asdict(judge.floor)
    assert found["accuracy"] == judge.accuracy
    floor = judge.floor
    assert (
        f"is right on {judge.accuracy:.2%} of the test images\n"
        f"(of those of which it is sure, {judge.honesty:.2%})\n\n1,500 samples  "
    ) in stdout
    row = (
        rf"^the floor: 1,500 training images +{floor.sure:.1%} +{floor.entropy:.2f} +"
        rf"{floor.rarest}: +{floor.rarest_share:.1%} +{floor.commonest}: +"
        rf"{floor.commonest_share:.1%} +{floor.distance:.2f}$"
    )
    assert re.search(row, stdout, re.M), stdout
    assert re.search(r"^pixel probabilities .*\npixels drawn", stdout, re.M)
    assert "Figures of different judges" in stdout
    assert max(map(len, stdout.splitlines())) <= 88


def test_evaluate_without_a_judge(evaluated, digits):
    stdout, result = evaluated(digits, 0)
    assert "judge" not in stdout
    assert "samples_judged" not in result
    same = replace(digits, train_labels=np.full_like(digits.train_labels, 3))
    stdout, result = evaluated(same, 100)
    lines = [line for line in stdout.splitlines() if "judge" in line]
    assert lines == ["no judge of samples: the training images are of one class"]
    assert result["samples_judged"] is None
    unknown = replace(digits, train_labels=None, test_labels=None)
    stdout, result = evaluated(unknown, 100)
    lines = [line for line in stdout.splitlines() if "judge" in line]
    assert lines == ["no judge of samples: the training images have no labels"]
    assert result["samples_judged"] is None


def test_evaluate_says_how_pixels_are_binarized(evaluated, digits):
    stdout, result = evaluated(digits, 0)
    assert stdout.splitlines()[0].endswith("digits, binarization: threshold")
    assert result["binarization"] == "threshold"
