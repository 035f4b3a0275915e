"""The scikit-learn face of every model: fit, sample, save, load, transform, score.

Outside, images are numbers in [0, 1], or uint8 from 0 to 255; inside, they are uint8.
"""

from contextlib import nullcontext
from numbers import Integral

import numpy as np
from sklearn import base
from sklearn.utils import check_array, check_scalar
from sklearn.utils.validation import check_is_fitted, validate_data

from common import UserError, batches, files, loop, packages, runs
from common.config import ARRAY, Config

ROUNDING = 1e-6  # by which scaled pixels may miss [0, 1]


class Estimator(base.BaseEstimator):
    """What all models share.  A room adds its Settings, a package its Network.

    X is (N, D): numbers in [0, 1], or uint8 from 0 to 255; 8 bits per pixel are kept.
    `binarize` decides how X is binarized.  Outside training, an image is binarized the
    same way each time.  For static, X is binary already.  Methods raise ValueError for
    an X of another range or width, and NotFittedError before `fit`.
    """

    Network = None  # the package's class: parameters and compiled functions

    def fit(self, X, y=None, run=None):
        """Train on X; `y` is ignored.  (N, D) -> self

        Learned: `settings_`, with all defaults resolved; `history_`, each epoch's mean
        of what training maximizes; `n_iter_`, the epochs that are complete: fewer if
        Ctrl-C was pressed.  A `run`, a Record, keeps the state and may resume it.
        """
        pixels = self._pixels(X, reset=True)
        self.initialize(pixels)
        self.history_ = []
        recording = run.recording(self) if run else nullcontext((None, None))
        with recording as (start, stop):
            for epoch in loop.epochs(
                self.network, pixels, self.settings_, start, self.verbose, stop
            ):
                if epoch.complete:
                    self.n_iter_ = epoch.number
                    self.history_.append(next(iter(epoch.means.values())))
                if run:
                    run.keep(self, epoch)
        return self

    def initialize(self, pixels):
        """Make the network with its initial weights.  (N, D) uint8 -> self"""
        settings = self.resolved(len(pixels))
        self.n_iter_ = 0
        self._make_network(settings, pixels.shape[1], settings.initial(pixels))
        self._network.compile(quiet=self.verbose is False)
        return self

    def _make_empty(self, settings, width):
        """Make a network that waits for load_state."""
        shapes = settings.shapes(width)
        zeros = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        self._make_network(settings, width, zeros)

    def _make_network(self, settings, width, parameters):
        self.settings_ = settings
        self.n_features_in_ = width
        self._network = self.Network(parameters, settings)

    @property
    def network(self):
        """The Network of a model that is fitted."""
        check_is_fitted(self, "settings_")
        return self._network

    def __reduce_ex__(self, protocol):
        """A pickle goes through the package's door, which imports quietly."""
        package = type(self).__module__.partition(".")[0]
        if package not in packages.every():
            return super().__reduce_ex__(protocol)
        return _new, (package,), self.__getstate__()

    def measures(self, X):
        """Everything that is measured of each image.  (N, D) -> tuple of (N,)"""
        return batches.in_parts(self.network.evaluate, **self._test_set(X))

    def seen(self, X):
        """X as the network sees it: binarized, unless gray levels are wanted."""
        return self._test_set(X)["x"]

    def _test_set(self, X):
        return batches.evaluation_set(self._pixels(X), self.settings_)

    def decode(self, Z, draw="mean", random_state=0):
        """Images of codes.  (N, Z) -> (N, D)

        `mean`: pixel probabilities.  `sample`: pixels drawn from them, 0 or 1, where
        the model says how.
        """
        if draw not in self.words.draws:
            choices = " or ".join(self.words.draws)
            raise ValueError(f"draw must be {choices}, not {draw!r}")
        network, Z = self.network, check_array(Z, dtype=np.float32)
        if Z.shape[1] != (size := network.settings.latent_dim):
            codes = f"the codes of this {type(self).__name__} have {size}"
            raise ValueError(f"Z has {Z.shape[1]} columns; {codes}")
        probabilities = batches.in_parts(network.decode, z=Z)
        if draw == "mean":
            return probabilities
        uniform = np.random.default_rng(random_state).random(probabilities.shape, "f4")
        return (uniform < probabilities).astype(np.float32)

    def random_codes(self, count, rng):
        """Codes to generate from, z ~ N(0, I).  -> (count, Z) float32"""
        return rng.standard_normal((count, self.network.settings.latent_dim), "f4")

    def sample(self, n_samples=1, draw="mean", random_state=0):
        """Generate images from random codes.  -> (n_samples, D), as `decode` gives"""
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        rng = np.random.default_rng(random_state)
        return self.decode(self.random_codes(n_samples, rng), draw, rng)

    def _pixels(self, X, reset=False):
        """X as it comes from outside -> (N, D) uint8"""
        how = self.binarize if reset else self.network.settings.binarize
        levels = getattr(X, "dtype", None) == np.uint8
        dtype = np.uint8 if levels else [np.float32, np.float64]
        X = validate_data(self, X, reset=reset, dtype=dtype)
        low, high = X.min(), X.max()
        if levels and reset and high == 1:
            raise ValueError(
                "X is uint8, so its pixels lie between 0 and 255, but the highest is "
                "1; if they lie in [0, 1], use X.astype(float)"
            )
        if not levels and (low < -ROUNDING or high > 1 + ROUNDING):
            raise ValueError(
                f"X lies in [{low:g}, {high:g}]; pixels must lie in [0, 1]: scale all "
                "images alike, with MinMaxScaler(clip=True) for example"
            )
        if how == "static" and not ((X == 0) | ((255 if levels else 1) == X)).all():
            raise ValueError(
                "X has gray pixels, but with binarize='static' each must be 0 or 1: "
                "binarize X once and for all"
            )
        if levels:
            return X
        parts = batches.split(X, batches.CALL)  # as X may be large
        scaled = (np.rint(part * 255).clip(0, 255) for part in parts)
        return np.concatenate([part.astype(np.uint8, order="C") for part in scaled])

    def state(self):
        """What a checkpoint holds.  name -> array"""
        return self.network.state()

    def load_state(self, state):
        """Take over what `state` returned, here or in another framework."""
        self.network.load_state(state)

    def save(self, path):
        """Write a run's folder, without a history.  UserError if it exists."""
        state, run = self.state(), runs.Run(files.path(path))
        if run.path.is_file() or (run.path.is_dir() and any(run.path.iterdir())):
            raise UserError(f"{run.path}: exists already; choose another folder")
        package = self.Network.__module__.partition(".")[0]
        dataset = {"name": ARRAY, "sha256": None, "pixels": self.n_features_in_}
        versions = packages.versions(package)
        run.create()
        try:
            config = Config(self.settings_, package, ARRAY, dataset, versions)
            config.write(run.config_path)
            run.save([], state, loop.Epoch(self.n_iter_ + 1))
        finally:
            run.unlock()

    @classmethod
    def load(cls, path):
        """The model of a run's folder, whichever framework trained it.

        "latest" and "pretrained" mean what they mean to a command.  UserError if there
        is none, or one of another model, or a damaged one.
        """
        run = runs.Run(runs.find(path, cls))
        config = run.read_config(cls)
        estimator = cls(**config.settings.parameters())
        estimator._make_empty(config.settings, config.pixels)
        state, epoch = run.read_checkpoint(estimator)
        estimator.load_state(state)
        estimator.n_iter_ = epoch.number - 1
        return estimator


class EncodingEstimator(
    base.ClassNamePrefixFeaturesOutMixin, base.TransformerMixin, Estimator
):
    """What models with an encoder share beside that.  A room adds `encode`."""

    @property
    def _n_features_out(self):
        return self.settings_.latent_dim

    def __sklearn_tags__(self):
        """Codes are float32, whatever X is."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def transform(self, X):
        """The codes: the first of what `encode` gives.  (N, D) -> (N, Z) float32"""
        return next(iter(self.encode(X).values()))

    def inverse_transform(self, Z):
        """Pixel probabilities p(x = 1|z).  (N, Z) -> (N, D) float32"""
        return self.decode(Z)

    def reconstruct(self, X, draw="mean", random_state=0):
        """X encoded and decoded again.  (N, D) -> (N, D)

        `mean`: decodes what `transform` gives.  `sample`: draws the code, where it has
        a distribution, and then the pixels.
        """
        rng = np.random.default_rng(random_state)
        Z = self.transform(X) if draw == "mean" else self._draw_codes(X, rng)
        return self.decode(Z, draw, rng)

    def _draw_codes(self, X, rng):
        return self.transform(X)

    def score(self, X, y=None):
        """The mean of score_samples(X): higher is better.  (N, D) -> float"""
        return float(self.score_samples(X).mean(dtype=np.float64))

    def score_samples(self, X):
        """What training maximizes, in nats, of each image.  (N, D) -> (N,) float32"""
        return self.measures(X)[0]


def _new(package):
    """An instance of the class that a package exports; its state is still to come."""
    return object.__new__(packages.estimator(package))
