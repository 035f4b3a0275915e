"""The variational autoencoder by scikit-learn's conventions."""

import warnings

import numpy as np
from sklearn.utils.validation import check_is_fitted

from common import batches
from common.encoder import EncodingEstimator
from common.estimator import check_count
from common.models.vae import MODEL, log_evidence


class VAE(EncodingEstimator):
    """A variational autoencoder (Kingma & Welling 2014).

    Parameters: `latent_dim` latent variables; units of each of the encoder's `hidden`
    layers, which the decoder mirrors; their `activation`, relu or tanh; draws of z for
    each image in training, `importance_samples` (1 raises the ELBO, more raise the
    bound of Burda et al. 2016); `epochs` (None: as many as show 1.5 million images, at
    most 150); `batch_size`, at most N; Adam's `learning_rate`, which falls along a
    cosine to 1 %; `binarize`: dynamic, threshold, none or static; `random_state` (None:
    another one each time); `verbose`: progress bars.
    """

    about = MODEL

    def __init__(
        self,
        latent_dim=20,
        *,
        hidden=(400,),
        activation="relu",
        importance_samples=1,
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
        self.importance_samples = importance_samples
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.binarize = binarize
        self.random_state = random_state
        self.verbose = verbose

    def encode(self, X):
        """Mean and log-variance of q(z|x).  (N, D) -> {"mu", "logvar"}: (N, Z)"""
        mu, logvar = batches.in_parts(self.network.encode, x=self.seen(X))
        return {"mu": mu, "logvar": logvar}

    def _draw_codes(self, X, rng):
        mu, logvar = self.encode(X).values()
        return mu + np.exp(0.5 * logvar) * rng.standard_normal(mu.shape, np.float32)

    def random_codes(self, count, rng):
        """Draws from the prior, z ~ N(0, I).  -> (count, Z) float32"""
        check_is_fitted(self, "settings_")
        shape = count, self.settings_.latent_dim
        return rng.standard_normal(shape, np.float32)

    def log_evidence(self, X, samples=500, progress=False):
        """log p(x) of each image in nats, by importance sampling.  (N, D) -> (N,)

        With one sample its mean is the ELBO; it rises with their number (Burda et al.
        2016, eq. 8).  float64; `progress` shows a bar on a terminal.
        """
        check_count("samples", samples)
        return log_evidence.estimate(self, self._pixels(X), samples, progress)

    def log_likelihood(self, X, samples=500, progress=False):
        """The former name of `log_evidence`."""
        message = "VAE.log_likelihood is now called log_evidence: it estimates log p(x)"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return self.log_evidence(X, samples, progress)
