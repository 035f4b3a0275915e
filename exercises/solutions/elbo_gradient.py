"""A solution of exercise elbo_gradient."""

import numpy as np

from vae_numpy import gradient, model


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
    B = len(x)
    mu, logvar = model.encode(parameters, x, None)
    z = model.reparameterize(mu, logvar, eps)
    logits = model.decode(parameters, z, None)

    dlogits = -gradient.log_likelihood(logits, x) / B
    dz = dlogits @ parameters["W_logits"].T
    dmu, dlogvar = gradient.reparameterize(logvar, eps, dz)
    dmu_kl, dlogvar_kl = gradient.kl_divergence(mu, logvar)
    dmu, dlogvar = dmu + dmu_kl / B, dlogvar + dlogvar_kl / B
    return {
        "W_mu": x.T @ dmu,
        "b_mu": np.sum(dmu, axis=0),
        "W_logvar": x.T @ dlogvar,
        "b_logvar": np.sum(dlogvar, axis=0),
        "W_logits": z.T @ dlogits,
        "b_logits": np.sum(dlogits, axis=0),
    }
