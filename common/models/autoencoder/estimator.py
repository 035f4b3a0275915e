"""The autoencoder by scikit-learn's conventions."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from common import batches
from common.encoder import EncodingEstimator
from common.models.autoencoder import MODEL

EXAMPLES = 1000  # images on whose codes the percentiles are taken


class Autoencoder(EncodingEstimator):
    """An autoencoder: the parameters are those of VAE, with its own defaults."""

    about = MODEL

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

    def encode(self, X):
        """The code under its name.  (N, D) -> {"z": (N, Z)}"""
        return {"z": batches.in_parts(self.network.encode, x=self.seen(X))}

    def initialize(self, settings, pixels, quiet=True):
        """Make the network with its initial weights.  (N, D) uint8 -> self"""
        self._examples = batches.evaluation_set(pixels[:EXAMPLES], settings)["x"]
        return super().initialize(settings, pixels, quiet)

    def _make_network(self, settings, width, parameters):
        super()._make_network(settings, width, parameters)
        self._percentiles = np.zeros((101, settings.latent_dim), np.float32)

    def note_codes(self):
        """Note the percentiles of each number in the code, over training images."""
        z = self.network.encode(self._examples)
        self._percentiles = np.percentile(z, range(101), axis=0).astype(np.float32)

    def random_codes(self, count, rng):
        """Codes whose numbers are each drawn by itself.  -> (count, Z) float32

        Each has the distribution that it has on training images; that they depend on
        each other is lost, since nothing says how.
        """
        check_is_fitted(self, "settings_")
        rows = rng.integers(0, 101, (count, self.settings_.latent_dim))
        return np.take_along_axis(self._percentiles, rows, axis=0)

    def state(self):
        """What a checkpoint holds; here also the percentiles.  name -> array"""
        return super().state() | {"code_percentiles": self._percentiles}

    def load_state(self, state):
        """Take over what `state` returned, here or in another framework."""
        super().load_state(state)
        self._percentiles = state["code_percentiles"]

    def __getstate__(self):
        """As for every estimator, without the examples."""
        state = super().__getstate__()
        state.pop("_examples", None)
        return state
