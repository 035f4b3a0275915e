"""Exercise elbo: the evidence lower bound, from its parts."""

from vae_numpy import model  # noqa: F401 - until you use it


def elbo(parameters, x, eps, activation):
    """ELBO = log p(x|z) - KL in nats per image, with one draw of z.

    x (B, D) are images, and eps (B, Z) is the noise of the draw.  -> (B,)
    The functions of `model` do the parts, for example
    model.encode(parameters, x, activation).  Kingma & Welling 2014, eq. 10.
    """
    raise NotImplementedError
