"""A judge of generated images: a classifier on oriented edges, and a distance.

It is fitted once to the training images of a data set.  Figures of different judges
cannot be compared.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar
from scipy.special import entr, softmax
from sklearn.decomposition import PCA
from sklearn.metrics import log_loss
from sklearn.metrics.pairwise import rbf_kernel
from tqdm import tqdm

from common import UserError, batches, files

VERSION = 1  # raise it when the figures change: a judge is kept in a file
NONE = "no judge of samples"
MIN_IMAGES = 200  # training images, and test images
SAMPLES = 10_000  # images that are judged, generated or real
SURE = 0.9  # an image is recognized if a class is more probable than this
SIDE, CELL, DIRECTIONS = 28, 4, 8
MIN_CONTRAST = 9.6  # of a cell and those around it: fainter strokes count less
FEATURES = 100
LANDMARKS = 1500
SPREAD = 0.6  # mean squared length of whitened features: the larger, the finer
RIDGE = 0.01
CALIBRATION = 10_000  # training images that the temperature is chosen on
PART = 500  # images at a time


@dataclass(frozen=True)
class Scores:
    """What a judge says of many images.  Shares lie in [0, 1]."""

    images: int
    sure: float  # share of the images that are recognized
    entropy: float  # of the predicted classes, in nats
    rarest: int  # class
    rarest_share: float
    commonest: int  # class
    commonest_share: float
    distance: float  # to the test images; 100: as far as one gray average from them


def of(dataset):
    """The judge of a data set, from the cache or fitted now.  Dataset -> Judge

    Raises UserError, which says why, for data that do not suffice.
    """
    if dataset.train_labels is None:
        raise UserError(f"{NONE}: the training images have no labels")
    if np.ptp(dataset.train_labels) == 0:
        raise UserError(f"{NONE}: the training images are of one class")
    if min(len(dataset.train_images), len(dataset.test_images)) < MIN_IMAGES:
        raise UserError(f"{NONE}: fewer than {MIN_IMAGES} training or test images")
    name = f"judge-{dataset.sha256[:16]}-{VERSION}.npz"
    with suppress(Exception):  # a file that is missing or damaged raises a dozen kinds
        return _read(files.cache() / name)
    judge = Judge().fit(dataset)
    scores = json.dumps(asdict(judge.real_images))
    with suppress(OSError, RuntimeError):  # else it is fitted again
        path = files.cache() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_arrays(path, **vars(judge) | {"real_images": scores})
    return judge


def _read(path):
    """The judge in a file."""
    judge = Judge()
    with path.open("rb") as file, files.arrays(file) as arrays:
        vars(judge).update({n: arrays[n][()] for n in Judge.__annotations__})
    judge.real_images = Scores(**json.loads(str(judge.real_images)))
    return judge


class Judge:
    """Features, a classifier on them, and the scores of real images.

    What it learns of E edges, F features, L landmarks and C classes:
    """

    mean: np.ndarray  # (E,)
    components: np.ndarray  # (E, F)
    whitening: np.ndarray  # (F,)
    landmarks: np.ndarray  # (L, F)
    weights: np.ndarray  # (L, C)
    classes: np.ndarray  # (C,)
    real_mean: np.ndarray  # (F,)
    real_covariance: np.ndarray  # (F, F)
    accuracy: float  # on the test images
    precision_when_sure: float  # accuracy on the test images that are recognized
    real_images: Scores  # of training images

    def fit(self, dataset):
        """Learn from the images.  A bar is shown on a terminal.  Dataset -> self"""
        rng = np.random.default_rng(0)
        X = dataset.train_images / np.float32(255)
        self.classes, labels = np.unique(dataset.train_labels, return_inverse=True)
        self._fit_features(X[rng.permutation(len(X))[:SAMPLES]])
        self._fit_classifier(X, labels, rng)
        features = self.features(dataset.test_images / np.float32(255))
        self.real_mean, self.real_covariance = gaussian(features)
        p = self.probabilities(features)
        right = self.classes[p.argmax(axis=1)] == dataset.test_labels
        sure = p.max(axis=1) > SURE
        self.accuracy = float(right.mean())
        self.precision_when_sure = float(right[sure].sum() / max(1, sure.sum()))
        self.real_images = self.scores(X[rng.permutation(len(X))[:SAMPLES]])
        return self

    def _fit_features(self, X):
        """Principal components of the edges, with variances of 100 in all.  (N, 784)"""
        pca = PCA(FEATURES, svd_solver="covariance_eigh").fit(np.float64(edges(X)))
        deviations = np.sqrt(pca.explained_variance_.clip(1e-6))
        scale = 10 / np.linalg.norm(deviations)
        self.mean = np.float32(pca.mean_)
        self.components = np.float32(pca.components_.T * scale)
        # The finer components tell classes apart: half way to equal variances.
        deviations *= scale
        self.whitening = np.sqrt(SPREAD / deviations.sum() / deviations)

    def _fit_classifier(self, X, labels, rng):
        """Ridge regression of classes on similarities to landmarks.  (N, 784), (N,)

        The temperature is chosen on scores that leave the image itself out, so that
        p = 0.9 is right nine times in ten (Guo et al. 2017, section 4).
        """
        rows = rng.permutation(len(X))[: min(LANDMARKS, len(X) // 2)]
        self.landmarks = self.features(X[rows]) * self.whitening
        targets = np.eye(len(self.classes))[labels] - 1 / len(self.classes)
        gram, moments = RIDGE * np.eye(len(rows)), 0
        for rows in tqdm(batches.split(np.arange(len(X)), PART), "judge", disable=None):
            k = self._similarities(self.features(X[rows]))
            gram += k.T @ k
            moments += k.T @ targets[rows]
        factor = cho_factor(gram)
        weights = cho_solve(factor, moments)
        rows = rng.permutation(len(X))[:CALIBRATION]
        k = self._similarities(self.features(X[rows]))
        leverage = np.sum(cho_solve(factor, k.T).T * k, axis=1, keepdims=True)
        left_out = (k @ weights - leverage * targets[rows]) / (1 - leverage)

        def loss(inverse_temperature):
            p = softmax(inverse_temperature * left_out, axis=1)
            return log_loss(labels[rows], p, labels=range(len(self.classes)))

        best = minimize_scalar(loss, bounds=(0.1, 100), method="bounded")
        self.weights = best.x * weights

    def _similarities(self, features):
        """exp(-|z - landmark|^2) of whitened features z.  (N, F) -> (N, L)"""
        return rbf_kernel(features * self.whitening, self.landmarks, gamma=1)

    def features(self, images):
        """What the distance compares.  (N, 784) in [0, 1] -> (N, F) float32"""
        return (edges(images) - self.mean) @ self.components

    def probabilities(self, features):
        """How probable each class is.  (N, F) -> (N, C)"""
        parts = batches.split(features, PART)
        log_odds = [self._similarities(part) @ self.weights for part in parts]
        return softmax(np.concatenate(log_odds), axis=1)

    def scores_of(self, estimator):
        """Judge what a model generates, from the same codes at each call.  -> Scores"""
        return self.scores(estimator.sample(SAMPLES))

    def scores(self, images):
        """Judge images as one set.  (N, 784) in [0, 1] -> Scores"""
        features = self.features(images)
        p = self.probabilities(features)
        shares = np.bincount(p.argmax(axis=1), minlength=len(self.classes)) / len(p)
        distance = frechet(*gaussian(features), self.real_mean, self.real_covariance)
        return Scores(
            images=len(p),
            sure=float((p.max(axis=1) > SURE).mean()),
            entropy=float(entr(shares).sum()),
            rarest=int(self.classes[shares.argmin()]),
            rarest_share=float(shares.min()),
            commonest=int(self.classes[shares.argmax()]),
            commonest_share=float(shares.max()),
            distance=float(distance),
        )


def edges(images):
    """How much ink rises toward each direction in each cell.  (N, 784) -> (N, 392)

    Histograms of oriented gradients (Dalal & Triggs 2005).  Each cell is divided
    by the contrast around it, so pale strokes count as much as dark ones.  MIN_CONTRAST
    bounds that contrast from below, so specks on empty paper count little.
    """
    parts = batches.split(np.asarray(images, np.float32).reshape(-1, SIDE, SIDE), PART)
    return np.concatenate([_edges(x) for x in parts]).reshape(len(images), -1)


def _edges(x):
    """The same without a loop.  (N, 28, 28) -> (N, 8, 7, 7)"""
    right, down = SMOOTH @ x @ RISE.T, RISE @ x @ SMOOTH.T
    rises = np.cos(ANGLES) * right[:, None] + np.sin(ANGLES) * down[:, None]
    cells = WINDOWS.T @ rises.clip(0) @ WINDOWS
    around = NEAR @ np.sum(cells**2, axis=1, keepdims=True) @ NEAR.T
    return cells / np.sqrt(MIN_CONTRAST**2 + around)


def _band(size, weights):
    """The matrix that weighs a place and those beside it.  (size, size) float32"""
    diagonals = enumerate(weights, -(len(weights) // 2))
    return np.float32(sum(weight * np.eye(size, k=k) for k, weight in diagonals))


SMOOTH = _band(SIDE, [1, 2, 1]) / 4
RISE = _band(SIDE, [-1, -2, 0, 2, 1]) / 4  # SMOOTH, and right minus left
NEAR = _band(SIDE // CELL, [1, 1, 1])
ANGLES = np.float32(2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS)[:, None, None]
CENTERS = np.arange(CELL / 2 - 0.5, SIDE, CELL)
# Triangles that overlap by half, one for each cell.  (28, 7)
WINDOWS = np.float32(1 - np.abs(CENTERS - np.arange(SIDE)[:, None]) / CELL).clip(0)


def gaussian(features):
    """Mean and covariance.  (N, F) -> (F,), (F, F) float64"""
    features = np.float64(features)
    return features.mean(axis=0), np.cov(features, rowvar=False, bias=True)


def frechet(mean, covariance, other_mean, other_covariance):
    """Squared Frechet distance between two Gaussians.  Heusel et al. 2017, eq. 6

    The trace of (A B)^(1/2) is the sum of the roots of A B's eigenvalues.
    """
    roots = np.sqrt(np.linalg.eigvals(covariance @ other_covariance).real.clip(0))
    traces = np.trace(covariance) + np.trace(other_covariance)
    return max(0, np.sum((mean - other_mean) ** 2) + traces - 2 * roots.sum())
