"""What the check knows of each exercise: the right function, inputs, and mistakes.

A mistake is a wrong function.  If a learner's function returns the values of a wrong
one, for all inputs, the check says the sentence that stands before it.
"""

from dataclasses import dataclass

import numpy as np

from common.frameworks.numpy import relu, sigmoid, softplus
from exercises.mixture import log_joint
from exercises.solutions.discriminator import discriminator_loss
from exercises.solutions.em import em_step
from vae_numpy import gradient, model
from vae_numpy.bound import importance_weighted_bound, log_weight
from vae_numpy.model import kl_divergence, log_likelihood, reparameterize

RNG = np.random.default_rng(0)
SHAPES = (1, 1), (1, 4), (5, 1), (4, 3), (3, 3)  # (B, Z), or (B, D)
NETWORKS = (1, 2, 1, 2), (4, 3, 2, 5), (3, 5, 4, 4), (2, 3, 3, 3)  # B, D, Z, H
EXTREME = np.array([[-1000.0, -40, -1, 2, 40, 1000]] * 2)  # logits
BLACK_OR_WHITE = np.array([[0.0, 1, 1, 0, 0, 1], [1, 1, 0, 0, 0, 0]])

CHANGES = {  # mistakes of any exercise: what they make of a right result
    "The sign is reversed.": np.negative,
    "All values are twice the right ones. A factor 1/2 is missing.": lambda r: 2 * r,
    "All values are half the right ones. A factor 1/2 is too much.": lambda r: r / 2,
    "All values are 1. A factor of the chain rule is missing.": np.ones_like,
    "You divide by the length of axis 0. Do not average.": lambda r: r / len(r),
    "This is the mean of the right values. Return each of them.": np.mean,
    "This is minus the mean of the right values.": lambda r: -np.mean(r),
    "This is the sum of the right values. Return each of them.": np.sum,
    "The matrix is transposed.": np.transpose,
    "You take log2. The natural logarithm gives nats.": lambda r: r / np.log(2),
}


def sums(terms, what):
    """Mistakes of a sum over the last axis."""

    def of(reduce):
        return lambda *inputs: reduce(terms(*inputs))

    return {
        f"You average over the {what}. Sum over axis -1.": of(lambda t: t.mean(-1)),
        f"You sum over the images, not the {what}: axis -1.": of(lambda t: t.sum(0)),
        f"You average over everything. Sum over the {what}, axis -1.": of(np.mean),
        f"You average over the {what}, and the sign is reversed.": of(
            lambda t: -t.mean(-1)
        ),
        "You average over everything, and the sign is reversed.": of(
            lambda t: -t.mean()
        ),
        f"The sum over the {what}, axis -1, is missing.": terms,
    }


def sigma(logvar):
    """The standard deviation."""
    return np.exp(0.5 * logvar)


def code(sigma, share=1):
    """Exercise reparameterize with another sigma."""
    return lambda mu, logvar, eps: share * mu + sigma(logvar) * eps


CODE = {
    "You multiply eps by the variance. Sigma is exp(logvar / 2).": code(np.exp),
    "You take logvar for sigma. Sigma is exp(logvar / 2).": code(np.positive),
    "You take logvar for the variance. Sigma is exp(logvar / 2).": code(np.sqrt),
    "You take softplus for sigma. Sigma is exp(logvar / 2).": code(softplus),
    "You divide by sigma. Multiply by exp(logvar / 2).": code(lambda v: sigma(-v)),
    "You subtract the noise. The twins add it.": code(lambda v: -sigma(v)),
    "Sigma is missing. Multiply eps by exp(logvar / 2).": code(np.ones_like),
    "The noise is missing. Add exp(logvar / 2) eps.": code(np.zeros_like),
    "The mean is missing. Add mu.": code(sigma, share=0),
    "eps is missing. Multiply sigma by eps.": lambda mu, v, eps: mu + sigma(v),
    "You multiply eps by mu. Multiply it by sigma.": lambda m, v, e: sigma(v) + m * e,
}


def pixels(of_1, of_0):
    """Exercise log_likelihood with another log p of a pixel that is 1, and of 0."""
    return lambda a, x: np.sum(x * of_1(a) + (1 - x) * of_0(a), axis=-1)


PIXELS = {
    "You take logits for p.": pixels(np.log, lambda p: np.log(1 - p)),
    "You take the sigmoid twice.": lambda a, x: log_likelihood(sigmoid(a), x),
    "(1 - x) log(1 - p) is missing.": pixels(lambda a: -softplus(-a), np.zeros_like),
    "x log p is missing.": pixels(np.zeros_like, lambda a: -softplus(a)),
    "You exchange x and 1 - x.": lambda a, x: log_likelihood(a, 1 - x),
    "Subtract log(1 + exp(logits)).": pixels(lambda a: a + softplus(a), softplus),
    "This is a squared error.": lambda a, x: -np.sum((x - sigmoid(a)) ** 2, axis=-1),
} | sums(lambda a, x: x * a - softplus(a), "pixels")


def kl(variance=np.exp, square=np.square, one=1, log=1):
    """Exercise kl with other terms."""
    return lambda mu, logvar: (
        0.5 * np.sum(variance(logvar) + square(mu) - one - log * logvar, axis=-1)
    )


def kl_of(log_variance):
    """Exercise kl with another log-variance."""
    return lambda mu, logvar: kl_divergence(mu, log_variance(logvar))


KL = {
    "You take logvar for log sigma. It is log sigma^2.": kl_of(lambda v: 2 * v),
    "You take logvar for the variance. It is log sigma^2.": kl_of(np.log),
    "You take logvar for sigma. It is log sigma^2.": kl_of(lambda v: np.log(v**2)),
    "You take sigma for its square. The variance is exp(logvar).": kl(sigma),
    "The variance is missing. It is exp(logvar).": kl(np.zeros_like),
    "mu is not squared.": kl(square=np.positive),
    "The square of mu is missing.": kl(square=np.zeros_like),
    "The sign of the square of mu is wrong.": kl(square=lambda mu: -(mu**2)),
    "The sign of exp(logvar) is wrong.": kl(lambda v: -np.exp(v)),
    "The term -1 is missing.": kl(one=0),
    "The 1/2 multiplies -1, too.": kl(one=2),
    "The term -logvar is missing.": kl(log=0),
    "The sign of logvar is wrong.": kl(log=-1),
    "1/2 multiplies exp(logvar) alone.": kl(square=lambda m: 2 * m**2, one=2, log=2),
    "This is KL(p || q), not KL(q || p).": lambda m, v: kl_divergence(m / sigma(v), -v),
} | sums(lambda mu, v: 0.5 * (np.exp(v) + mu**2 - 1 - v), "latent variables")


def parts(combined):
    """Exercise elbo, with log p(x|z) and KL combined in another way; D pixels."""
    return lambda p, x, *noise: combined(*model.elbo_parts(p, x, *noise), x.shape[1])


def elbo_of(code):
    """Exercise elbo with another code."""

    def elbo(parameters, x, eps, activation):
        mu, logvar = model.encode(parameters, x, activation)
        logits = model.decode(parameters, code(mu, logvar, eps), activation)
        return log_likelihood(logits, x) - kl_divergence(mu, logvar)

    return elbo


ELBO = {
    "You add the KL. Subtract it.": parts(lambda px, kl, D: px + kl),
    "The sign of log p(x|z) is wrong.": parts(lambda px, kl, D: -px - kl),
    "The KL is missing.": parts(lambda px, kl, D: px),
    "log p(x|z) is missing.": parts(lambda px, kl, D: -kl),
    "The KL counts twice.": parts(lambda px, kl, D: px - 2 * kl),
    "The KL counts half. It has its 1/2 already.": parts(lambda px, kl, D: px - kl / 2),
    "You average over the pixels. Sum.": parts(lambda px, kl, D: px / D - kl),
    "You return both parts. Subtract the KL.": parts(lambda px, kl, D: (px, kl)),
    "You decode mu. Decode a draw of z.": elbo_of(code(np.zeros_like)),
    "You decode eps. Decode z = mu + exp(logvar / 2) eps.": elbo_of(lambda m, v, e: e),
    "You multiply eps by the variance. Sigma is exp(logvar / 2).": elbo_of(
        code(np.exp)
    ),
    "You do not use activation.": lambda p, x, eps, _: model.elbo(p, x, eps, np.tanh),
}


def slope(of_logvar):
    """Exercise reparameterize_gradient with another dz/dlogvar."""
    return lambda logvar, eps, dz: (dz, dz * of_logvar(logvar, eps))


CODE_GRADIENT = {
    "dlogvar lacks eps.": slope(lambda v, eps: 0.5 * sigma(v)),
    "dlogvar lacks sigma, which is exp(logvar / 2).": slope(lambda v, eps: 0.5 * eps),
    "dlogvar has the variance for sigma.": slope(lambda v, eps: 0.5 * np.exp(v) * eps),
    "You differentiate by sigma, not by logvar.": slope(lambda v, eps: eps),
    "dlogvar lacks dz. The chain rule multiplies by it.": (
        lambda v, eps, dz: (dz, 0.5 * sigma(v) * eps)
    ),
    "dz is missing. The chain rule multiplies by it.": (
        lambda v, eps, dz: (np.ones_like(dz), 0.5 * sigma(v) * eps)
    ),
}

PIXELS_GRADIENT = {
    "The sigmoid is missing. It is the slope of log(1 + exp(l)).": lambda a, x: x - a,
    "The sign of l is wrong in sigmoid(l).": lambda a, x: x - sigmoid(-a),
    "Pixels of 0 have a derivative: -sigmoid(l).": lambda a, x: x * sigmoid(-a),
    "You sum over the pixels.": lambda a, x: np.sum(x - sigmoid(a), axis=-1),
    "You differentiate by p. Multiply by the slope of the sigmoid, p (1 - p).": (
        lambda a, x: (x - sigmoid(a)) / sigmoid(a) / sigmoid(-a)
    ),
    "This is the derivative of a squared error.": (
        lambda a, x: (x - sigmoid(a)) * sigmoid(a) * sigmoid(-a)
    ),
}

KL_GRADIENT = {
    "dlogvar lacks -1/2.": lambda mu, v: (mu, 0.5 * np.exp(v)),
    "dlogvar has sigma for its square.": lambda mu, v: (mu, 0.5 * (sigma(v) - 1)),
    "You differentiate by the variance.": lambda mu, v: (mu, 0.5 * (1 - np.exp(-v))),
    "You differentiate by sigma.": lambda mu, v: (mu, sigma(v) - sigma(-v)),
    "You sum over the latent variables.": (
        lambda mu, v: (np.sum(mu, axis=-1), 0.5 * np.sum(np.exp(v) - 1, axis=-1))
    ),
}


def elbo(parameters, x, eps):
    """What exercise elbo_gradient returns."""
    gradients = {name: np.empty_like(p) for name, p in parameters.items()}
    gradient.elbo(parameters, gradients, x, eps, np.tanh)
    return gradients


def back(
    kl=lambda B: 1 / B,
    through_z=1,
    bias=np.sum,
    z_of=reparameterize,
    T=np.transpose,
):
    """Exercise elbo_gradient with other steps of the chain rule."""

    def elbo(parameters, x, eps):
        mu, logvar = model.encode(parameters, x, None)
        logits = model.decode(parameters, reparameterize(mu, logvar, eps), None)
        dlogits = (sigmoid(logits) - x) / len(x)
        dz = dlogits @ T(parameters["W_logits"])
        dmu_kl, dlogvar_kl = gradient.kl_divergence(mu, logvar)
        dlogvar = through_z * gradient.reparameterize(logvar, eps, dz)[1]
        layers = {
            "mu": (x, dz + kl(len(x)) * dmu_kl),
            "logvar": (x, dlogvar + kl(len(x)) * dlogvar_kl),
            "logits": (z_of(mu, logvar, eps), dlogits),
        }
        weights = {f"W_{name}": h.T @ da for name, (h, da) in layers.items()}
        return weights | {f"b_{name}": bias(da, 0) for name, (_, da) in layers.items()}

    return elbo


ELBO_GRADIENT = {
    "The average over the batch is missing. Divide by B.": (
        lambda p, x, eps: {name: len(x) * d for name, d in elbo(p, x, eps).items()}
    ),
    "The KL is not averaged over the batch. Divide by B.": back(lambda B: 1),
    "The KL is missing.": back(lambda B: 0),
    "The sign of the KL is wrong.": back(lambda B: -1 / B),
    "A weight is not transposed: dh = da W^T.": back(T=np.positive),
    "dlogvar lacks the derivative that comes through z.": back(through_z=0),
    "A factor 1/2 is missing in dlogvar.": back(through_z=2),
    "A bias has the sum over the batch, not the mean.": back(bias=np.mean),
    "The derivative by W_logits takes z, not mu.": back(
        z_of=lambda mu, logvar, eps: mu
    ),
}


def bound(of_log_w):
    """Exercise bound with another mean of the weights."""
    return lambda *inputs: of_log_w(log_weight(*inputs))


def logsumexp(a, axis=0):
    """log sum exp(a), without overflow."""
    highest = np.max(a, axis=axis, keepdims=True)
    log = np.log(np.sum(np.exp(a - highest), axis=axis, keepdims=True))
    return np.squeeze(highest + log, axis)


BOUND = {
    "This is the mean of the logs, the ELBO.": bound(lambda w: np.mean(w, axis=0)),
    "This is the log of the sum. Subtract log K for the mean.": bound(logsumexp),
    "Divide by K inside the log, not outside.": bound(lambda w: logsumexp(w) / len(w)),
    "The axis is wrong. Average over axis 0, the K draws.": (
        bound(lambda w: logsumexp(w, axis=1) - np.log(w.shape[1]))
    ),
    "K is the length of axis 0. You take the number of images.": (
        bound(lambda w: logsumexp(w) - np.log(w.shape[1]))
    ),
    "Add the highest log weight again, after the log.": (
        bound(lambda w: logsumexp(w) - np.log(len(w)) - w.max(axis=0))
    ),
    "This is the highest log weight alone.": bound(lambda w: w.max(axis=0)),
    "This is the mean weight. Take its log.": bound(
        lambda w: np.mean(np.exp(w), axis=0)
    ),
}


def em(responsibilities, means=None, count=lambda sums, N: sums):
    """Exercise em with another E step, other means of the covariances, other counts."""

    def em_step(x, *theta):
        r = responsibilities(log_joint(x, *theta), theta[0])
        sums = count(r.sum(axis=0), len(x))
        new = r.T @ x / sums[:, None]
        d = x[:, None] - (theta[1] if means == "old" else new)
        squares = np.einsum("nk,nki,nkj->kij", r, d, d)
        return r.sum(axis=0) / len(x), new, squares / sums[:, None, None]

    return em_step


def shares(log_p, weights=None, axis=1):
    """The E step: exp(log_p), divided by its sums.  (N, K) -> (N, K)"""
    return np.exp(log_p - np.expand_dims(logsumexp(log_p, axis), axis))


EM = {
    "The axis is wrong. Each point's responsibilities add up to 1.": (
        em(lambda log_p, weights: shares(log_p, axis=0))
    ),
    "The responsibilities do not add up to 1. Divide by their sums over k.": (
        em(lambda log_p, weights: np.exp(log_p))
    ),
    "You choose one component for a point. EM takes shares of all.": (
        em(lambda log_p, weights: np.eye(len(weights))[log_p.argmax(axis=1)])
    ),
    "The E step has the weights twice. log_joint has them already.": (
        em(lambda log_p, weights: shares(log_p + np.log(weights)))
    ),
    "The covariances take the old means. Take the new ones.": em(shares, means="old"),
    "You divide by N. Divide each component's sums by its own N_k.": (
        em(shares, count=lambda sums, N: N + 0 * sums)
    ),
    "The weights do not add up to 1. Divide N_k by N.": (
        lambda x, *theta: (len(x) * em_step(x, *theta)[0], *em_step(x, *theta)[1:])
    ),
}

DISCRIMINATOR = {
    "This is the generator's loss, -log D(G(z)).": lambda a, b: softplus(-b),
    "The generated images are missing.": lambda a, b: softplus(-a),
    "The real images are missing.": lambda a, b: softplus(b),
    "You take generated images for real.": lambda a, b: softplus(-a) + softplus(-b),
    "The second sign is wrong.": lambda a, b: softplus(-a) - softplus(b),
    "You take logits for probabilities.": lambda a, b: -np.log(a) - np.log(1 - b),
    "You take the sigmoid twice.": lambda *a: discriminator_loss(*map(sigmoid, a)),
    "The logs are missing.": lambda a, b: sigmoid(-a) + sigmoid(b),
    "This is the loss of a Wasserstein GAN.": lambda a, b: b - a,
}


@dataclass
class Exercise:
    """What is right, on which inputs, and which mistakes have a name."""

    right: object
    inputs: list
    mistakes: dict
    returns: tuple = ()  # the names of several results
    advice: str = ""  # against overflow, where
    extreme: int = 0  # so many of the last inputs make np.exp overflow


def normal(*shape):
    """Drawn numbers."""
    return RNG.standard_normal(shape)


def normals(count):
    """Some arrays of each of the shapes."""
    return [tuple(normal(*shape) for _ in range(count)) for shape in SHAPES]


def images():
    """Logits and pixels: gray, then black or white, then with extreme logits."""
    pairs = [(normal(*s), RNG.random(s).round(i // 2)) for i, s in enumerate(SHAPES)]
    return [*pairs, (EXTREME, BLACK_OR_WHITE)]


def networks(*draws, scale=1, hidden=True):
    """Parameters, images, noise, and an activation if there is a hidden layer."""
    for B, D, Z, H in NETWORKS:
        shapes = {"encoder_W1": (D, H), "decoder_W1": (Z, H)} if hidden else {}
        first, last = (H, H) if hidden else (D, Z)
        shapes |= {"W_mu": (first, Z), "W_logvar": (first, Z), "W_logits": (last, D)}
        p = {name: normal(*shape) for name, shape in shapes.items()}
        p |= {name.replace("W", "b"): normal(s[1]) for name, s in shapes.items()}
        p["b_logits"] *= scale
        activation = [(np.tanh, relu)[B % 2]] if hidden else []
        yield p, RNG.random((B, D)), normal(*draws, B, Z), *activation


def mixtures():
    """Points and a mixture; at last, points that are far from it."""
    for N, D, K, scale in (3, 1, 2, 1), (8, 2, 3, 1), (9, 3, 3, 1), (7, 2, 4, 100):
        A = normal(K, D, D)
        covariances = A @ A.swapaxes(1, 2) + np.eye(D)
        yield scale * normal(N, D), RNG.dirichlet(np.ones(K)), normal(K, D), covariances


LOGADDEXP = "np.exp(1000) overflows. np.logaddexp(0, a) is log(1 + exp(a)) for any a."
SIGMOID = "np.exp(1000) overflows. 1 / (1 + np.exp(-a)) is the sigmoid of any a."
HIGHEST = "np.exp(-1000) is 0. Before np.exp, subtract the highest log along the axis."
SLOPES, MIXTURE = ("dmu", "dlogvar"), ("weights", "means", "covariances")
WEIGHTS = tuple(
    f"{kind}_{name}" for name in ("mu", "logvar", "logits") for kind in "Wb"
)
BOUNDS = [*networks(1), *networks(3), *networks(6, scale=2000)]
LOGITS = [(normal(B), normal(B)) for B in (1, 2, 5)] + [(EXTREME[0], EXTREME[0, ::-1])]
EXERCISES = {
    "reparameterize": Exercise(reparameterize, normals(3), CODE),
    "log_likelihood": Exercise(
        log_likelihood, images(), PIXELS, (), LOGADDEXP, extreme=1
    ),
    "kl": Exercise(kl_divergence, normals(2), KL),
    "elbo": Exercise(model.elbo, [*networks()], ELBO),
    "reparameterize_gradient": Exercise(
        gradient.reparameterize, normals(3), CODE_GRADIENT, SLOPES
    ),
    "log_likelihood_gradient": Exercise(
        gradient.log_likelihood, images(), PIXELS_GRADIENT, (), SIGMOID, extreme=1
    ),
    "kl_gradient": Exercise(gradient.kl_divergence, normals(2), KL_GRADIENT, SLOPES),
    "elbo_gradient": Exercise(elbo, [*networks(hidden=False)], ELBO_GRADIENT, WEIGHTS),
    "bound": Exercise(
        importance_weighted_bound, BOUNDS, BOUND, (), HIGHEST, len(NETWORKS)
    ),
    "em": Exercise(em_step, [*mixtures()], EM, MIXTURE, HIGHEST, extreme=1),
    "discriminator": Exercise(
        discriminator_loss, LOGITS, DISCRIMINATOR, (), LOGADDEXP, extreme=1
    ),
}
