"""The scikit-learn face of the models: fit, transform, sample, score, save, load."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from common import UserError, metrics, parameters, runs, training
from common.settings import ARRAY, Position, Settings, default_epochs

BATCH = 1000  # images that are encoded or decoded in one call
ROUNDING = 1e-6  # by which scaled pixels may miss [0, 1]


class Estimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """What autoencoders and variational ones share.  A package adds its Network.

    X is (N, D) in [0, 1] and is kept with 8 bits per pixel.  It is binarized as
    `binarize` says, always in the same way when it is not trained on.  Methods raise
    ValueError for an X of another range or width, and NotFittedError before `fit`.
    """

    model = None  # its name in KINDS
    random_code = None  # what random_codes gives
    Network = None  # the package's class: parameters and compiled functions

    def fit(self, X, y=None):
        """Train on X; `y` is ignored.  (N, D) -> self

        Learnt: `settings_`, and `history_`, each epoch's mean of what training raises.
        """
        pixels = self._pixels(X, reset=True)
        quiet = not self.verbose
        self.begin(self._settings(len(pixels)), pixels, quiet)
        self.history_ = training.fit(self.network, pixels, self.settings_, quiet)
        return self

    def begin(self, settings, pixels, quiet=True):
        """Make the network with its initial weights.  (N, D) uint8 -> self"""
        self.settings_ = settings
        self.n_features_in_ = pixels.shape[1]
        initial = parameters.initial(settings, pixels)
        self._network = self._build(initial, settings.activation, quiet)
        return self

    def _build(self, initial, activation, quiet):
        return self.Network(initial, activation)

    @property
    def network(self):
        """The Network; made again where only its state came along, as in a pickle."""
        check_is_fitted(self, "settings_")
        if self._network is None:
            self._blank(self.settings_, self.n_features_in_)
            self.load_state(self._state)
        return self._network

    def _blank(self, settings, width):
        """Make a network that waits for load_state."""
        self.begin(settings, np.zeros((1, width), np.uint8))

    def __getstate__(self):
        """Arrays in place of the framework's variables, which cannot be pickled."""
        state = dict(super().__getstate__())
        if "_network" in state:
            state |= {"_state": self.state(), "_network": None}
        return state

    @property
    def _n_features_out(self):
        return self.settings_.latent_dim

    def __sklearn_tags__(self):
        """Codes are float32, whatever X is."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def inverse_transform(self, Z):
        """Pixel probabilities p(x = 1|z).  (N, Z) -> (N, D) float32"""
        check_is_fitted(self, "settings_")
        Z = check_array(Z, dtype=np.float32)
        if Z.shape[1] != self.settings_.latent_dim:
            raise ValueError(
                f"Z has {Z.shape[1]} columns; the codes of this {type(self).__name__} "
                f"have {self.settings_.latent_dim}"
            )
        return self._batches(self.network.decode, Z)

    def decode(self, Z, draw="mean", random_state=0):
        """Images of codes.  (N, Z) -> (N, D)

        `mean`: pixel probabilities.  `sample`: pixels drawn from them, 0 or 1.
        """
        if draw not in ("mean", "sample"):
            raise ValueError(f"draw must be mean or sample, not {draw!r}")
        probabilities = self.inverse_transform(Z)
        if draw == "mean":
            return probabilities
        uniform = np.random.default_rng(random_state).random(probabilities.shape, "f4")
        return (uniform < probabilities).astype(np.float32)

    def reconstruct(self, X, draw="mean", random_state=0):
        """What the model makes of X.  (N, D) -> (N, D)

        `mean`: decodes what `transform` gives.  `sample`: draws the code, where it has
        a distribution, and then the pixels.
        """
        rng = np.random.default_rng(random_state)
        Z = self.transform(X) if draw == "mean" else self._draw_codes(X, rng)
        return self.decode(Z, draw, rng)

    def sample(self, n_samples=1, draw="mean", random_state=0):
        """Generate images from random codes.  -> (n_samples, D), as `decode` gives"""
        _check_count("n_samples", n_samples)
        rng = np.random.default_rng(random_state)
        return self.decode(self.random_codes(n_samples, rng), draw, rng)

    def score(self, X, y=None):
        """The mean of score_samples(X): higher is better.  (N, D) -> float"""
        return float(self.score_samples(X).mean(dtype=np.float64))

    def score_samples(self, X):
        """What training raises, in nats, of each image.  (N, D) -> (N,) float32"""
        return self.measures(X)[0]

    def measures(self, X):
        """Everything that is measured of each image.  (N, D) -> tuple of (N,)"""
        return self._batches(self.network.evaluate, *self._seen(X))

    def seen(self, X):
        """X as the network sees it: binarized, unless grey levels are wanted."""
        return self._seen(X)[0]

    def _seen(self, X):
        return training.evaluation_set(self._pixels(X), self.settings_)

    def _pixels(self, X, reset=False):
        """(N, D) in [0, 1] -> (N, D) uint8"""
        if not reset:
            check_is_fitted(self, "settings_")
        X = validate_data(self, X, reset=reset, dtype=[np.float32, np.float64])
        low, high = X.min(), X.max()
        if low < -ROUNDING or high > 1 + ROUNDING:
            bytes_ = low >= 0 and high <= 255
            raise ValueError(
                f"X lies in [{low:g}, {high:g}]; pixels must lie in [0, 1]: "
                f"{'divide by 255' if bytes_ else 'scale them, with MinMaxScaler, say'}"
            )
        return np.rint(X * 255).clip(0, 255).astype(np.uint8, order="C")

    def _settings(self, images):
        """The Settings that the parameters mean for so many images."""
        seed = self.random_state
        if seed is None or not hasattr(seed, "__index__"):
            seed = check_random_state(seed).randint(2**31)
        hidden = np.atleast_1d(self.hidden).tolist()
        epochs = default_epochs(images) if self.epochs is None else self.epochs
        return Settings(
            model=self.model,
            data=ARRAY,
            epochs=_plain(epochs),
            batch_size=_at_most(_plain(self.batch_size), images),
            hidden=tuple(hidden),
            latent_dim=_plain(self.latent_dim),
            activation=self.activation,
            learning_rate=_plain(self.learning_rate),
            binarize=self.binarize,
            seed=_plain(seed),
        )

    @staticmethod
    def _batches(function, *arrays):
        """Call with some rows at a time; join the results, an array or several."""
        parts = [
            function(*batch)
            for batch in zip(*(training.split(a, BATCH) for a in arrays), strict=True)
        ]
        if isinstance(parts[0], np.ndarray):
            return np.concatenate(parts)
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def state(self):
        """What a checkpoint holds.  name -> array"""
        return self.network.state()

    def load_state(self, state):
        """Take over what `state` returned, here or in another framework."""
        self.network.load_state(state)

    def save(self, path):
        """Write a run's folder, without a history.  UserError if it exists."""
        check_is_fitted(self, "settings_")
        run = runs.Run(Path(path))
        if run.path.is_file() or (run.path.is_dir() and any(run.path.iterdir())):
            raise UserError(f"{path}: exists already; choose another folder")
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
            run.save([], self.state(), asdict(Position(self.settings_.epochs)))
        finally:
            run.unlock()

    @classmethod
    def load(cls, path):
        """The model of a run's folder, whichever framework trained it.

        UserError if there is none, or one of another kind, or a damaged one.
        """
        run = runs.Run(Path(path))
        config = run.read_config(cls.model)
        settings = config["settings"]
        model = cls(**settings.parameters())
        model._blank(settings, config["data"].get("pixels", 784))
        model.load_state(run.read_checkpoint(model.state())[0])
        return model


class VAE(Estimator):
    """A variational autoencoder (Kingma & Welling 2014).

    Parameters: `latent_dim` latent variables; units of each of the encoder's `hidden`
    layers, which the decoder mirrors; their `activation`, relu or tanh; `epochs` (None:
    as many as show 1.5 million images, at most 150); `batch_size`, at most N; Adam's
    `learning_rate`, which falls along a cosine to 1 %; `binarize`: dynamic, threshold
    or none; `random_state` (None: another one each time); `verbose`: progress bars.
    """

    model = "vae"
    random_code = "z ~ N(0, I)"

    def __init__(
        self,
        latent_dim=20,
        *,
        hidden=(400,),
        activation="relu",
        epochs=None,
        batch_size=128,
        learning_rate=0.003,
        binarize="dynamic",
        random_state=0,
        verbose=False,
    ):
        self.latent_dim = latent_dim
        self.hidden = hidden
        self.activation = activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.binarize = binarize
        self.random_state = random_state
        self.verbose = verbose

    def transform(self, X):
        """Posterior means.  (N, D) -> (N, Z) float32"""
        return self.encode(X)["mu"]

    def encode(self, X):
        """Mean and log-variance of q(z|x).  (N, D) -> {"mu", "logvar"}: (N, Z)"""
        mu, logvar = self._batches(self.network.encode, self.seen(X))
        return {"mu": mu, "logvar": logvar}

    def log_likelihood(self, X, samples=500, progress=False):
        """log p(x) of each image in nats, by importance sampling.  (N, D) -> (N,)

        With one sample its mean is the ELBO; it rises with their number (Burda et al.
        2016, eq. 8).  float64; `progress` shows a bar on a terminal.
        """
        _check_count("samples", samples)
        return metrics.log_likelihood(self, self._pixels(X), samples, progress)

    def random_codes(self, count, rng):
        """Draws from the prior, z ~ N(0, I).  -> (count, Z) float32"""
        check_is_fitted(self, "settings_")
        shape = count, self.settings_.latent_dim
        return rng.standard_normal(shape, np.float32)

    def _draw_codes(self, X, rng):
        mu, logvar = self.encode(X).values()
        return mu + np.exp(0.5 * logvar) * rng.standard_normal(mu.shape, np.float32)


class Autoencoder(Estimator):
    """An autoencoder: the parameters are those of VAE, with its own defaults."""

    model = "autoencoder"
    random_code = "each number in z drawn by itself, as on training images"

    def __init__(
        self,
        latent_dim=200,
        *,
        hidden=(),
        activation="relu",
        epochs=None,
        batch_size=128,
        learning_rate=0.001,
        binarize="none",
        random_state=0,
        verbose=False,
    ):
        self.latent_dim = latent_dim
        self.hidden = hidden
        self.activation = activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.binarize = binarize
        self.random_state = random_state
        self.verbose = verbose

    def transform(self, X):
        """The codes.  (N, D) -> (N, Z) float32"""
        return self.encode(X)["z"]

    def encode(self, X):
        """The code under its name.  (N, D) -> {"z": (N, Z)}"""
        return {"z": self._batches(self.network.encode, self.seen(X))}

    def _draw_codes(self, X, rng):
        return self.transform(X)

    def begin(self, settings, pixels, quiet=True):
        """Make the network with its initial weights.  (N, D) uint8 -> self"""
        self._examples = pixels[:BATCH]
        return super().begin(settings, pixels, quiet)

    def _blank(self, settings, width):
        super()._blank(settings, width)
        self._examples = None
        self._percentiles = np.zeros((101, settings.latent_dim), np.float32)

    def __getstate__(self):
        """As for every estimator, without the examples."""
        state = super().__getstate__()
        state.pop("_examples", None)
        return state

    def random_codes(self, count, rng):
        """Codes whose numbers are each drawn by itself.  -> (count, Z) float32

        Each has the distribution that it has on training images; that they depend on
        each other is lost, since nothing says how.
        """
        check_is_fitted(self, "settings_")
        percentiles = self.state()["code_percentiles"]
        rows = rng.integers(0, len(percentiles), (count, percentiles.shape[1]))
        return np.take_along_axis(percentiles, rows, axis=0)

    def state(self):
        """What a checkpoint holds; here also the percentiles of each number in Z."""
        if self._examples is not None:
            (x,) = training.evaluation_set(self._examples, self.settings_)
            z = self.network.encode(x)
            self._percentiles = np.percentile(z, range(101), axis=0).astype(np.float32)
        return super().state() | {"code_percentiles": self._percentiles}

    def load_state(self, state):
        """Take over what `state` returned, here or in another framework."""
        super().load_state(state)
        self._percentiles = state["code_percentiles"]


def _check_count(name, value):
    if not (isinstance(value, int | np.integer) and value > 0):
        raise ValueError(f"{name} must be a whole number from 1, not {value!r}")


def _plain(number):
    """A NumPy number as Python's; all else as it is."""
    return number.item() if isinstance(number, np.generic) else number


def _at_most(size, images):
    return min(size, images) if isinstance(size, int) else size
