"""The scikit-learn face of any model that generates: fit, sample, save, load."""

import importlib
import sys

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from common import UserError, batches, files, loop, runs
from common.images.meaning import full_ink
from common.settings import ARRAY, Settings, default_epochs

ROUNDING = 1e-6  # by which scaled pixels may miss [0, 1]


class Estimator(BaseEstimator):
    """What all models share.  A model adds `about`, a package its Network.

    X is (N, D) in [0, 1] and is kept with 8 bits per pixel.  It is binarized as
    `binarize` says, always in the same way when it is not trained on; static: X is 0 or
    1 already.  Methods raise ValueError for an X of another range or width, and
    NotFittedError before `fit`.
    """

    about = None  # its model's About
    Network = None  # the package's class: parameters and compiled functions

    def fit(self, X, y=None):
        """Train on X; `y` is ignored.  (N, D) -> self

        Learnt: `settings_`; `history_`, each epoch's mean of what training raises; and
        `n_iter_`, the epochs that are finished: fewer if Ctrl-C was pressed.
        """
        pixels = self._pixels(X, reset=True)
        quiet = not self.verbose
        self.initialize(self._settings(len(pixels)), pixels, quiet)
        self.history_ = []
        try:
            loop.fit(self.network, pixels, self.settings_, quiet, self.history_)
        finally:
            self.n_iter_ = len(self.history_)
            self.note_codes()
        return self

    def initialize(self, settings, pixels, quiet=True):
        """Make the network with its initial weights.  (N, D) uint8 -> self"""
        self.n_iter_ = 0
        initial = self.about.initial(settings, pixels)
        self._make_network(settings, pixels.shape[1], initial)
        self._network.get_ready(quiet)
        return self

    def _make_empty(self, settings, width):
        """Make a network that waits for load_state."""
        shapes = self.about.shapes(settings, width)
        zeros = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        self._make_network(settings, width, zeros)

    def _make_network(self, settings, width, parameters):
        self.settings_ = settings
        self.n_features_in_ = width
        self._network = self.Network(
            parameters, settings.activation, **settings.options
        )

    @property
    def network(self):
        """The Network; made again where only its state came along, as in a pickle."""
        check_is_fitted(self, "settings_")
        if self._network is None:
            self._make_empty(self.settings_, self.n_features_in_)
            self.load_state(self._state)
        return self._network

    def __getstate__(self):
        """Arrays in place of the framework's variables, which cannot be pickled."""
        state = dict(super().__getstate__())
        if "_network" in state:
            state |= {"_state": self.state(), "_network": None}
        return state

    def __reduce_ex__(self, protocol):
        """A pickle goes through the package's door, which imports quietly."""
        package, name = type(self).__module__.partition(".")[0], type(self).__name__
        if name not in getattr(sys.modules[package], "__all__", ()):
            return super().__reduce_ex__(protocol)
        return _unmade, (package, name), self.__getstate__()

    def note_codes(self):
        """Note what `sample` must know of the codes, when the weights have changed."""

    def measures(self, X):
        """Everything that is measured of each image.  (N, D) -> tuple of (N,)"""
        return batches.in_parts(self.network.evaluate, **self._test_set(X))

    def seen(self, X):
        """X as the network sees it: binarized, unless grey levels are wanted."""
        return self._test_set(X)["x"]

    def _test_set(self, X):
        return batches.evaluation_set(self._pixels(X), self.settings_)

    def decode(self, Z, draw="mean", random_state=0):
        """Images of codes.  (N, Z) -> (N, D)

        `mean`: pixel probabilities.  `sample`: pixels drawn from them, 0 or 1, where
        the model says how.
        """
        if draw not in self.about.draws:
            choices = " or ".join(self.about.draws)
            raise ValueError(f"draw must be {choices}, not {draw!r}")
        probabilities = self._decode(Z)
        if draw == "mean":
            return probabilities
        uniform = np.random.default_rng(random_state).random(probabilities.shape, "f4")
        return (uniform < probabilities).astype(np.float32)

    def _decode(self, Z):
        check_is_fitted(self, "settings_")
        Z = check_array(Z, dtype=np.float32)
        if Z.shape[1] != self.settings_.latent_dim:
            raise ValueError(
                f"Z has {Z.shape[1]} columns; the codes of this {type(self).__name__} "
                f"have {self.settings_.latent_dim}"
            )
        return batches.in_parts(self.network.decode, z=Z)

    def random_codes(self, count, rng):
        """Codes to generate from.  -> (count, Z) float32"""
        raise NotImplementedError

    def sample(self, n_samples=1, draw="mean", random_state=0):
        """Generate images from random codes.  -> (n_samples, D), as `decode` gives"""
        check_count("n_samples", n_samples)
        rng = np.random.default_rng(random_state)
        return self.decode(self.random_codes(n_samples, rng), draw, rng)

    def _pixels(self, X, reset=False):
        """(N, D) in [0, 1] -> (N, D) uint8"""
        if not reset:
            check_is_fitted(self, "settings_")
        X = validate_data(self, X, reset=reset, dtype=[np.float32, np.float64])
        low, high = X.min(), X.max()
        if low < -ROUNDING or high > 1 + ROUNDING:
            raise ValueError(
                f"X lies in [{low:g}, {high:g}]; pixels must lie in [0, 1]: "
                f"{_cure(X, low, high, reset)}"
            )
        how = self.binarize if reset else self.settings_.binarize
        if how == "static" and not ((X == 0) | (X == 1)).all():
            raise ValueError(
                "X has grey pixels, but with binarize='static' each must be 0 or 1: "
                "binarize X once and for all"
            )
        parts = batches.split(X, batches.CALL)  # as X may be large
        return np.concatenate([_levels(part) for part in parts])

    def _settings(self, images):
        """The Settings that the parameters mean for so many images."""
        seed = self.random_state
        if seed is None or not hasattr(seed, "__index__"):
            seed = check_random_state(seed).randint(2**31)
        hidden = np.atleast_1d(self.hidden).tolist()
        epochs = self.epochs
        if epochs is None:
            epochs = default_epochs(images, self.about)
        return Settings(
            model=self.about.name,
            data=ARRAY,
            epochs=_plain(epochs),
            batch_size=_at_most(_plain(self.batch_size), images),
            hidden=tuple(hidden),
            latent_dim=_plain(self.latent_dim),
            activation=self.activation,
            learning_rate=_plain(self.learning_rate),
            binarize=self.binarize,
            seed=_plain(seed),
            options={name: _plain(getattr(self, name)) for name in self.about.options},
        )

    def state(self):
        """What a checkpoint holds.  name -> array"""
        return self.network.state()

    def load_state(self, state):
        """Take over what `state` returned, here or in another framework."""
        self.network.load_state(state)

    def save(self, path):
        """Write a run's folder, without a history.  UserError if it exists."""
        check_is_fitted(self, "settings_")
        run = runs.Run(files.path(path))
        if run.path.is_file() or (run.path.is_dir() and any(run.path.iterdir())):
            raise UserError(f"{run.path}: exists already; choose another folder")
        run.create()
        try:
            data = {"name": ARRAY, "source": None, "sha256": None}
            run.write_config(
                {
                    "package": type(self).__module__.partition(".")[0],
                    "settings": self.settings_,
                    "data": data | {"pixels": self.n_features_in_},
                    "versions": {"numpy": np.__version__},
                }
            )
            run.save([], self.state(), runs.Position(self.n_iter_))
        finally:
            run.unlock()

    @classmethod
    def load(cls, path):
        """The model of a run's folder, whichever framework trained it.

        "latest" and "pretrained" mean what they mean to a verb.

        UserError if there is none, or one of another model, or a damaged one.
        """
        run = runs.Run(runs.find(path, cls.about))
        config = run.read_config(cls.about)
        settings = config["settings"]
        estimator = cls(**settings.parameters())
        estimator._make_empty(settings, config["data"].get("pixels", 784))
        state, position = run.read_checkpoint(cls.about, estimator.state())
        estimator.load_state(state)
        estimator.n_iter_ = position.epoch
        return estimator


def _unmade(package, name):
    """An instance of the class that a package exports; its state is still to come."""
    kind = getattr(importlib.import_module(package), name)
    return kind.__new__(kind)


def _levels(X):
    """What is in [0, 1], but for rounding, with 8 bits.  (N, D) -> (N, D) uint8"""
    return np.rint(X * 255).clip(0, 255).astype(np.uint8, order="C")


def _cure(X, low, high, fitting):
    """What brings X into [0, 1]."""
    whole = np.allclose(X, np.rint(X), rtol=0, atol=1e-3)
    full = full_ink(low, np.rint(high) if whole else high, whole)
    if full is not None and (whole or fitting):
        return f"divide by {full}"
    if fitting:
        return "scale them, with MinMaxScaler(clip=True), say"
    return (
        "scale them as the training images were; a MinMaxScaler that was fitted to "
        "other images needs clip=True: MinMaxScaler(clip=True)"
    )


def check_count(name, value):
    """ValueError for what is no number of things."""
    if not (isinstance(value, int | np.integer) and value > 0):
        raise ValueError(f"{name} must be a whole number from 1, not {value!r}")


def _plain(number):
    """A NumPy number as Python's; all else as it is."""
    return number.item() if isinstance(number, np.generic) else number


def _at_most(size, images):
    return min(size, images) if isinstance(size, int) else size
