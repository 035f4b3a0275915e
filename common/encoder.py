"""The scikit-learn face of a model that encodes, too: transform, reconstruct, score."""

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from common.estimator import Estimator


class EncodingEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Estimator):
    """What autoencoders and variational ones share beside an Estimator."""

    @property
    def _n_features_out(self):
        return self.settings_.latent_dim

    def __sklearn_tags__(self):
        """Codes are float32, whatever X is."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def encode(self, X):
        """What the encoder gives for each image, by name.  (N, D) -> {name: (N, Z)}"""
        raise NotImplementedError

    def transform(self, X):
        """The codes: the first of what `encode` gives.  (N, D) -> (N, Z) float32"""
        return next(iter(self.encode(X).values()))

    def inverse_transform(self, Z):
        """Pixel probabilities p(x = 1|z).  (N, Z) -> (N, D) float32"""
        return self.decode(Z)

    def reconstruct(self, X, draw="mean", random_state=0):
        """What the model makes of X.  (N, D) -> (N, D)

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
        """What training raises, in nats, of each image.  (N, D) -> (N,) float32"""
        return self.measures(X)[0]
