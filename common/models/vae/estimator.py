"""The variational autoencoder by scikit-learn's conventions."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_scalar

from common import batches
from common.estimator import EncodingEstimator
from common.models.vae import Settings


class VAE(EncodingEstimator, Settings):
    """A variational autoencoder (Kingma & Welling 2014).

    Parameters: `latent_dim` latent variables; units of each of the encoder's `hidden`
    layers, which the decoder mirrors; their `activation`, relu or tanh; draws of z for
    each image in training, `importance_samples` (1 maximizes the ELBO, more maximize
    the bound of Burda et al. 2016); the encoder's `gradient`, total or path; `epochs`
    (None: as many as show 1.5 million images, at most 150); `batch_size`, at most N;
    Adam's `learning_rate`, which falls along a cosine to 1%; `binarize`: dynamic,
    threshold, none or static; `random_state` (None: another one each time); `verbose`:
    progress bars, None: on a terminal.
    """

    def encode(self, X):
        """Mean and log-variance of q(z|x).  (N, D) -> {"mu", "logvar"}: (N, Z)"""
        mu, logvar = batches.in_parts(self.network.encode, x=self.seen(X))
        return {"mu": mu, "logvar": logvar}

    def _draw_codes(self, X, rng):
        mu, logvar = self.encode(X).values()
        return mu + np.exp(0.5 * logvar) * rng.standard_normal(mu.shape, np.float32)

    def log_evidence(self, X, samples=500, progress=False):
        """log p(x) of each image in nats, by importance sampling.  (N, D) -> (N,)

        With one importance sample, the mean is the ELBO; more importance samples raise
        it (Burda et al. 2016, eq. 8).  The result is float64; `progress` shows a bar.
        """
        from common.models.vae import log_evidence  # not needed to train

        check_scalar(samples, "samples", Integral, min_val=1)
        return log_evidence.estimate(self, self._pixels(X), samples, progress)
