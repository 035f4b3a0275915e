"""The figures of a VAE's run."""

from common import figures
from common.figures import NATS, Panel


def of_run(vae, dataset, history):
    """Every figure -> {file name: Figure}."""
    title = "Samples: z ~ N(0, I), pixel probabilities p(x = 1|z)"
    pictures = {
        "curves.png": curves(history, vae.words.maximized(vae.settings_)),
        **figures.of_test_images(vae, dataset),
        "samples.png": figures.samples((title, vae.sample(100))),
    }
    if vae.settings_.latent_dim == 2:
        grid, ticks = figures.manifold_grid(21)
        pictures["manifold.png"] = figures.manifold(vae.decode(grid), ticks)
    return pictures


def curves(history, maximized="ELBO"):
    """The ELBO and its two parts after each epoch; `maximized` in training."""
    trained, tested = "training (epoch mean)", "test"
    title = r"ELBO $= \mathbb{E}_q[\log p(x|z)] - $KL"
    if maximized != "ELBO":  # L_5, say
        higher = "${}_{{{}}}$".format(*maximized.split("_"))
        trained, tested = f"{higher}, {trained}", "ELBO, test"
        title = f"{higher}, and the ELBO, which is below it"
    bounds = {"test_elbo": tested, "train_elbo": trained}
    fit, kl = {"test_log_likelihood": tested}, {"test_kl": tested}
    return figures.curves(
        history,
        Panel(title, NATS, bounds),
        Panel(r"$\mathbb{E}_q[\log p(x|z)]$, test images", NATS, fit),
        Panel(r"KL$(q(z|x)\,\|\,p(z))$, test images", NATS, kl, from_zero=True),
    )
