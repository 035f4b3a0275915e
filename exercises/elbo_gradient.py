"""Exercise elbo_gradient: the chain rule, from the loss back to every weight."""

import numpy as np  # noqa: F401 - until you use it

from vae_numpy import gradient, model  # noqa: F401 - until you use it


def elbo(parameters, x, eps):
    """The derivative of L, minus the mean ELBO of a batch, by each parameter.

    mu = x W_mu + b_mu, logvar = x W_logvar + b_logvar, z = mu + exp(logvar / 2) eps and
    logits = z W_logits + b_logits: no layer is hidden, and no activation is needed.
    `parameters` holds W_mu (D, Z), b_mu (Z,), ..., b_logits (D,).
    (B, D), (B, Z) -> a dict with the names and shapes of `parameters`

    For a = h W + b, the derivatives are dW = h^T da, db = da summed over the batch and
    dh = da W^T.  model.encode(parameters, x, None) gives mu and logvar, and `gradient`
    has the derivatives of the parts.  Kingma & Welling 2014, eq. 10.
    """
    raise NotImplementedError
