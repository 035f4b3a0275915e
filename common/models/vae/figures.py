"""The figures of a VAE's run."""

import functools

from common import figures
from common.figures import BLUE, NATS, ORANGE

SAMPLES = 100


def of_run(vae, dataset, history):
    """Every figure -> {file name: Figure}."""
    made = {"curves.png": curves(history, vae.about.raised(vae.settings_))}
    made |= figures.of_test_images(vae, dataset)
    title = "Samples: z ~ N(0, I), pixel probabilities p(x = 1|z)"
    made["samples.png"] = figures.samples((title, vae.sample(SAMPLES)))
    if vae.settings_.latent_dim == 2:
        grid, ticks = figures.manifold_grid(21)
        made["manifold.png"] = figures.manifold(vae.inverse_transform(grid), ticks)
    return made


def curves(history, raised="ELBO"):
    """The ELBO and its two parts after each epoch; `raised` in training."""
    return figures.curves(history, functools.partial(_panels, raised=raised))


def _panels(figure, line, raised="ELBO"):
    bound, fit, kl = figure.subplots(1, 3)
    trained, tested = "training (epoch mean)", "test"
    title = r"ELBO $= \mathbb{E}_q[\log p(x|z)] - $KL"
    if raised != "ELBO":  # L_5, say
        higher = "${}_{{{}}}$".format(*raised.split("_"))
        trained, tested = f"{higher}, {trained}", "ELBO, test"
        title = f"{higher}, and the ELBO, which is below it"
    line(bound, "train_elbo", ORANGE, trained, "--")
    line(bound, "test_elbo", BLUE, tested)
    bound.legend(frameon=False, loc="lower right")
    line(fit, "test_log_likelihood")
    line(kl, "test_kl")
    bound.set(title=title, ylabel=NATS)
    fit.set(title=r"$\mathbb{E}_q[\log p(x|z)]$, test images", ylabel=NATS)
    kl.set(title=r"KL$(q(z|x)\,\|\,p(z))$, test images", ylabel=NATS)
    kl.set_ylim(0, 1.1 * kl.lines[0].get_ydata().max())
    return bound, fit, kl
