"""A judge of generated images: features that see strokes, a classifier, a distance.

It is fitted once on the training images of a data set.  Figures of different judges
cannot be compared.
"""

import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar
from scipy.special import entr, log_softmax, softmax
from tqdm import tqdm

from common import UserError, batches, files

VERSION = 1  # raise it with any change below: a judge is kept in a file
SURE = 0.9  # the judge is sure of an image if one class has more than this
SAMPLES = 10_000  # images that are judged, generated or real
FEWEST = 200  # training, or test, images that make a judge
SIDE, CELL, DIRECTIONS = 28, 4, 8
CONTRAST = 0.8  # of a stroke; what is much fainter counts less
FEATURES = 100
LANDMARKS = 1500  # training images that the classifier compares an image with
NARROWNESS = 0.6  # of its kernel
RIDGE = 0.01
CALIBRATION = 10_000  # training images that tell how sure it may be
PART = 1000  # images in one piece of work


@dataclass(frozen=True)
class Scores:
    """What a judge says of many images.  Shares lie in [0, 1]."""

    images: int
    sure: float  # share of those of which it is sure
    entropy: float  # of the classes that it finds, in nats
    rarest: int  # class
    rarest_share: float
    commonest: int  # class
    commonest_share: float
    distance: float  # to the test images; 100: as far as one grey average from them


@dataclass(frozen=True, eq=False)
class Judge:
    """Features, a classifier on them, and what it says of real images."""

    mean: np.ndarray  # of the edges of training images, (E,)
    components: np.ndarray  # E edges -> F features, (E, F)
    stretch: np.ndarray  # of the features before the classifier compares them, (F,)
    landmarks: np.ndarray  # (L, F)
    weights: np.ndarray  # L similarities -> C scores, (L, C)
    sharpness: float  # by which scores become log-odds
    classes: np.ndarray  # (C,)
    real_mean: np.ndarray  # of the test images' features, (F,)
    real_covariance: np.ndarray  # (F, F)
    accuracy: float  # on the test images
    honesty: float  # how often it is right on test images of which it is sure
    floor: Scores  # of training images

    def features(self, images):
        """What the distance compares.  (N, 784) in [0, 1] -> (N, F) float32"""
        parts = batches.split(np.asarray(images, np.float32), PART)
        return np.concatenate([self._features(edges(part)) for part in parts])

    def _features(self, found):
        return (found - self.mean) @ self.components

    def probabilities(self, features):
        """How probable each class is.  (N, F) -> (N, C)"""
        parts = batches.split(features * self.stretch, PART)
        alike = (similarities(part, self.landmarks) @ self.weights for part in parts)
        return softmax(self.sharpness * np.concatenate(list(alike)), axis=1)

    def scores_of(self, estimator):
        """Judge what a model generates, from the same codes at each call.  -> Scores"""
        return self.scores(estimator.sample(SAMPLES))

    def scores(self, images):
        """Judge images as one set.  (N, 784) in [0, 1] -> Scores"""
        features = self.features(images)
        p = self.probabilities(features)
        count = np.bincount(p.argmax(axis=1), minlength=len(self.classes))
        shares = count / len(p)
        real = self.real_mean, self.real_covariance
        return Scores(
            images=len(p),
            sure=float((p.max(axis=1) > SURE).mean()),
            entropy=float(entr(shares).sum()),
            rarest=int(self.classes[shares.argmin()]),
            rarest_share=float(shares.min()),
            commonest=int(self.classes[shares.argmax()]),
            commonest_share=float(shares.max()),
            distance=float(frechet(*gaussian(features), *real)),
        )


def of(dataset):
    """The judge that a data set makes, fitted now or before.  Dataset -> Judge

    Raises UserError, which says why, for data that make none.
    """
    count = len(dataset.train_images), len(dataset.test_images)
    if dataset.train_labels is None:
        raise UserError("no judge of samples: the training images have no labels")
    if np.ptp(dataset.train_labels) == 0:
        raise UserError("no judge of samples: the training images are of one class")
    if min(count) < FEWEST:
        raise UserError(
            f"no judge of samples: it takes {FEWEST} training and {FEWEST} test images"
        )
    try:
        path = _cache() / f"judge-{dataset.sha256[:16]}-{VERSION}.npz"
    except RuntimeError:  # there is no home folder: fitted anew each time
        return fit(dataset)
    judge = _read(path)
    if judge is None:
        judge = fit(dataset)
        _keep(judge, path)
    return judge


def fit(dataset):
    """Fit a judge.  A bar is shown on a terminal.  Dataset -> Judge"""
    images, rng = dataset.train_images, np.random.default_rng(0)
    classes, target = np.unique(dataset.train_labels, return_inverse=True)
    with tqdm(total=2 * len(images), unit="image", desc="judge", disable=None) as bar:
        found = []
        for part in batches.split(images, PART):
            found.append(edges(_scaled(part)))
            bar.update(len(part))
        found = np.concatenate(found)
        basis = _principal(found[rng.permutation(len(found))[:SAMPLES]])
        z = (found - basis["mean"]) @ basis["components"] * basis["stretch"]
        classifier = _classifier(z, target, rng, bar)
    return _with_real_images(dataset, rng, classes=classes, **basis, **classifier)


def _principal(found):
    """The principal components of edges, and how far to stretch each.  (N, E)"""
    variances, directions = np.linalg.eigh(np.cov(found, rowvar=False))
    directions = directions[:, ::-1][:, :FEATURES]
    variances = variances[::-1][:FEATURES].clip(1e-6)
    # The finer components tell classes apart: half way to equal variances.
    stretch = variances**-0.25
    spread = np.sum(variances * stretch**2)
    unit = np.sqrt(100 / variances.sum())  # the variances of all features are 100
    return {
        "mean": found.mean(axis=0),
        "components": (directions * unit).astype(np.float32),
        "stretch": (stretch / unit * np.sqrt(NARROWNESS / spread)).astype(np.float32),
    }


def _classifier(z, target, rng, bar):
    """Ridge regression of classes on similarities to landmarks.  (N, F), (N,)

    How sharply scores become probabilities is chosen on scores that leave the image
    itself out, so that p = 0.9 is right nine times in ten (Guo et al. 2017, section 4).
    """
    landmarks = z[rng.permutation(len(z))[: min(LANDMARKS, len(z) // 2)]]
    count = target.max() + 1
    wanted = np.eye(count)[target] - 1 / count
    gram = RIDGE * np.eye(len(landmarks))
    moments = 0
    for some in batches.split(np.arange(len(z)), PART):
        k = similarities(z[some], landmarks)
        gram += k.T @ k
        moments += k.T @ wanted[some]
        bar.update(len(some))
    factor = cho_factor(gram)
    weights = cho_solve(factor, moments)
    some = rng.permutation(len(z))[:CALIBRATION]
    k = similarities(z[some], landmarks)
    leverage = np.sum(cho_solve(factor, k.T).T * k, axis=1, keepdims=True)
    left_out = (k @ weights - leverage * wanted[some]) / (1 - leverage)

    def surprise(sharpness):
        log_p = log_softmax(sharpness * left_out, axis=1)
        return -log_p[np.arange(len(some)), target[some]].mean()

    sharpness = minimize_scalar(surprise, bounds=(0.1, 100), method="bounded").x
    return {
        "landmarks": landmarks,
        "weights": weights.astype(np.float32),
        "sharpness": float(sharpness),
    }


def _with_real_images(dataset, rng, **parts):
    """Complete a judge with what it says of real images -> Judge"""
    unknown = dict.fromkeys(("real_mean", "real_covariance", "accuracy", "honesty"))
    judge = Judge(**parts, **unknown, floor=None)
    features = judge.features(_scaled(dataset.test_images))
    mean, covariance = gaussian(features)
    p = judge.probabilities(features)
    right = judge.classes[p.argmax(axis=1)] == dataset.test_labels
    sure = p.max(axis=1) > SURE
    judge = replace(
        judge,
        real_mean=mean,
        real_covariance=covariance,
        accuracy=float(right.mean()),
        honesty=float(right[sure].mean()) if sure.any() else 0.0,
    )
    some = rng.permutation(len(dataset.train_images))[:SAMPLES]
    floor = judge.scores(_scaled(dataset.train_images[some]))
    return replace(judge, floor=floor)


def edges(images):
    """How much ink rises towards each direction in each cell.  (N, 784) -> (N, 392)

    Histograms of oriented gradients (Dalal & Triggs 2005).  A cell is measured by the
    contrast around it, so that a pale stroke is a stroke; but at least by CONTRAST, so
    that specks on empty paper are not.
    """
    x = np.pad(images.reshape(-1, SIDE, SIDE), ((0, 0), (2, 2), (2, 2)))
    x = _smooth(_smooth(x, 1), 2)
    right = x[:, 1:-1, 2:] - x[:, 1:-1, :-2]
    down = x[:, 2:, 1:-1] - x[:, :-2, 1:-1]
    rises = [math.cos(a) * right + math.sin(a) * down for a in ANGLES.tolist()]
    rises = np.stack(rises, axis=1).reshape(len(x), len(ANGLES), -1)
    both = np.concatenate([rises, -rises], axis=1)
    cells = both.clip(0) @ WINDOWS  # (N, 8, 49)
    around = np.sum(cells**2, axis=1, keepdims=True) @ NEIGHBOURS
    return (cells / np.sqrt(CONTRAST**2 + around)).reshape(len(x), -1)


def _smooth(x, axis):
    """Weights 1, 2, 1 along an axis, which gets shorter by two, as eyes blur specks."""
    x = np.moveaxis(x, axis, 0)
    return np.moveaxis((x[:-2] + 2 * x[1:-1] + x[2:]) / 4, 0, axis)


def _windows():
    """Triangular windows that overlap by half, one for each cell.  (784, 49)"""
    centres = np.arange(CELL / 2 - 0.5, SIDE, CELL)
    distance = np.abs(centres - np.arange(SIDE)[:, None])
    window = np.maximum(0, 1 - distance / CELL)
    return np.kron(window, window).astype(np.float32) / (CELL**2 / 2)


def _neighbours():
    """The mean over a cell and the eight around it, times four.  (49, 49)"""
    row = np.arange(SIDE // CELL)
    near = np.abs(row - row[:, None]) <= 1
    return np.kron(near, near).astype(np.float32) * 4 / 9


ANGLES = 2 * np.pi * np.arange(DIRECTIONS // 2) / DIRECTIONS
WINDOWS, NEIGHBOURS = _windows(), _neighbours()


def similarities(z, landmarks):
    """exp(-|z - landmark|^2).  (N, F), (L, F) -> (N, L) float64"""
    squares = np.sum(z**2, axis=1)[:, None] + np.sum(landmarks**2, axis=1)
    return np.exp(-np.maximum(0, squares - 2 * z @ landmarks.T, dtype=np.float64))


def gaussian(features):
    """Mean and covariance.  (N, F) -> (F,), (F, F) float64"""
    features = features.astype(np.float64)
    return features.mean(axis=0), np.cov(features, rowvar=False, bias=True)


def frechet(mean, covariance, other_mean, other_covariance):
    """Squared Frechet distance between two Gaussians.  Heusel et al. 2017, eq. 6

    tr((A B)^(1/2)) is taken from the symmetric A^(1/2) B A^(1/2), which has the same
    eigenvalues.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    both = np.linalg.eigvalsh(root @ other_covariance @ root)
    traces = np.trace(covariance) + np.trace(other_covariance)
    return np.sum((mean - other_mean) ** 2) + traces - 2 * np.sqrt(both.clip(0)).sum()


def _scaled(pixels):
    """(N, 784) uint8 -> (N, 784) in [0, 1]"""
    return np.divide(pixels, 255, dtype=np.float32)


def _cache():
    import pooch

    return pooch.os_cache("vae-lecture")


def _read(path):
    """The judge in a file, or None: it may be missing, damaged or of other fields."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            kept = {name: arrays[name][()] for name in arrays.files}
        kept["floor"] = Scores(**json.loads(str(kept["floor"])))
        judge = Judge(**kept)
        tried = judge.scores(np.zeros((2, SIDE**2), np.float32))
        numbers = [*vars(tried).values(), *vars(judge.floor).values()]
        whole = len(judge.classes) == judge.weights.shape[1] and np.isfinite(numbers)
        return judge if np.all(whole) else None
    except Exception:  # NumPy, zipfile and zlib raise a dozen kinds
        return None


def _keep(judge, path):
    """Write a judge to a file, where that can be done; else it is fitted again."""
    arrays = dict(vars(judge))
    arrays["floor"] = json.dumps(asdict(judge.floor))
    with suppress(OSError, UserError):
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_arrays(path, **arrays)
