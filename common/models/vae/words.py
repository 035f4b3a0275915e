"""What a variational autoencoder says of itself."""

from common.words import Words


class VariationalAutoencoder(Words):
    """Kingma & Welling 2014."""

    title = "a variational autoencoder"
    objective = "ELBO"
    note = (
        "The ELBO (evidence lower bound) is given in nats per image; higher is\n"
        "better.  With --binarize none it is a score, not a bound."
    )
    codes = "means of q(z|x)"
    code_mean = "z = mean of q(z|x)"
    code_drawn = "z drawn from q(z|x)"
    random_code = "z ~ N(0, I)"
    heading = "train {maximized:>4}  test ELBO = log p(x|z) - KL"
    row = (
        "{train_elbo:10.2f}  {test_elbo:9.2f} = {test_log_likelihood:10.2f} - "
        "{test_kl:5.2f}"
    )
    result = (
        "test ELBO {test_elbo:.2f} nats per image = log p(x|z) "
        "{test_log_likelihood:.2f} - KL {test_kl:.2f}"
    )

    def maximized(self, settings):
        """The ELBO, or a tighter bound: L_K of Burda et al. 2016, eq. 8."""
        draws = settings.importance_samples
        return self.objective if draws == 1 else f"L_{draws}"

    def next_step(self, settings, run, data, test_images):
        """A walk through a latent plane; else, how to get one."""
        if settings.latent_dim == 2:
            end = min(17, test_images - 1)
            ends = f"--from {3 if end > 3 else 0} --to {end}"
            return f" interpolate {run} {ends}   (from one image to another)"
        return f".train{data} --latent-dim 2   (a map of the images: manifold.png)"
