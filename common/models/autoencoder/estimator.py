"""The autoencoder by scikit-learn's conventions."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from common import batches
from common.estimator import EncodingEstimator
from common.models.autoencoder import Settings

EXAMPLES = 1000  # training images on whose codes the percentiles are taken


class Autoencoder(EncodingEstimator, Settings):
    """An autoencoder: the parameters are those of VAE, with its own defaults."""

    _examples = None  # from fit on; a model that is loaded has their percentiles alone

    def initialize(self, pixels):
        """Make the network with its initial weights.  (N, D) uint8 -> self"""
        super().initialize(pixels)
        self._examples = batches.evaluation_set(pixels[:EXAMPLES], self.settings_)["x"]
        return self

    def _make_network(self, settings, width, parameters):
        super()._make_network(settings, width, parameters)
        self._percentiles = np.zeros((101, settings.latent_dim), np.float32)

    def encode(self, X):
        """The code under its name.  (N, D) -> {"z": (N, Z)}"""
        return {"z": batches.in_parts(self.network.encode, x=self.seen(X))}

    def random_codes(self, count, rng):
        """Codes whose numbers are each drawn by itself.  -> (count, Z) float32

        Each has the distribution that it has on training images; that they depend on
        each other is lost, since nothing says how.
        """
        check_is_fitted(self, "settings_")
        rows = rng.integers(0, 101, (count, self.settings_.latent_dim))
        return np.take_along_axis(self.state()["code_percentiles"], rows, axis=0)

    def state(self):
        """What a checkpoint holds; here also percentiles of each number in the code."""
        if self._examples is not None:
            z = self.network.encode(self._examples)
            percentiles = np.percentile(z, range(101), axis=0)
            self._percentiles = percentiles.astype(np.float32)
        return super().state() | {"code_percentiles": self._percentiles}

    def load_state(self, state):
        """Take over what `state` returned, here or in another framework."""
        super().load_state(state)
        self._percentiles = state["code_percentiles"]
