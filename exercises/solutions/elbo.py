"""A solution of exercise elbo."""

from vae_numpy import model


def elbo(parameters, x, eps, activation):
    """ELBO = log p(x|z) - KL in nats per image, with one draw of z.

    x (B, D) are images, and eps (B, Z) is the noise of the draw.  -> (B,)
    The functions of `model` do the parts, for example
    model.encode(parameters, x, activation).  Kingma & Welling 2014, eq. 10.
    """
    mu, logvar = model.encode(parameters, x, activation)
    z = model.reparameterize(mu, logvar, eps)
    logits = model.decode(parameters, z, activation)
    return model.log_likelihood(logits, x) - model.kl_divergence(mu, logvar)
