"""The autoencoder, whatever the framework: words and weights."""

from common import weights
from common.about import About, Measure


class Autoencoder(About):
    """The warm-up: a network that reproduces its input through a bottleneck."""

    name = "autoencoder"
    title = "an autoencoder"
    estimator = "Autoencoder"
    objective = "log-likelihood"
    watched = ("log_likelihood",)
    measures = {
        "log_likelihood": Measure("  log p(x|z)"),
        "mse": Measure("mean squared error", "per pixel", 5),
    }
    defaults = {
        "data": "mnist",
        "batch_size": 128,
        "hidden": (),
        "latent_dim": 200,
        "activation": "relu",
        "learning_rate": 0.001,
        "binarize": "none",
        "seed": 0,
    }
    code_help = "numbers in the code"
    layers_help = "the code and the hidden layers"
    note = (
        "The reconstruction log-likelihood, log p(x|z), is given in nats per\n"
        "image; higher is better."
    )
    heading = "train log p(x|z)  test log p(x|z)  test error per pixel"
    row = "{train_log_likelihood:16.2f}  {test_log_likelihood:15.2f}  {test_mse:20.5f}"
    result = (
        "test log p(x|z) {test_log_likelihood:.2f} nats per image, mean squared error "
        "{test_mse:.5f} per pixel"
    )
    codes = "codes z"
    code_mean = code_drawn = "z = code of the image"
    random_code = "each number in z drawn by itself, as on training images"
    has_prior = False

    def shapes(self, settings, pixels):
        """The shape of each parameter for images of so many pixels.  name -> tuple"""
        down = [pixels, *settings.hidden]
        up = [settings.latent_dim, *reversed(settings.hidden)]
        return (
            weights.stack("encoder", down)
            | weights.layer("W_z", down[-1], settings.latent_dim)
            | weights.stack("decoder", up)
            | weights.layer("W_logits", up[-1], pixels)
        )

    def networks(self, settings):
        """What a page computes: name -> its layers, [(weights, activation), ...]"""
        code = settings.activation
        return {
            "decode": weights.chain("decoder", settings, "W_logits", "sigmoid"),
            "encode": weights.chain("encoder", settings, "W_z", code),
        }

    def initial(self, settings, pixels):
        """The weights that a run starts from.  (N, D) uint8 -> {name: array}

        The output starts at the mean image.  A relu code starts at 1 with a small
        variance and hardly moves the output; else Adam's first steps push whole units
        below 0, for all images, where no gradient brings them back.
        """
        shapes = self.shapes(settings, pixels.shape[1])
        gain = weights.GAIN[settings.activation]
        variances = {"W_z": 0.1 * gain / shapes["W_z"][0], "W_logits": 0.01**2}
        parameters = weights.initial(shapes, settings, variances)
        parameters["b_z"] += settings.activation == "relu"
        parameters["b_logits"] = weights.log_odds(pixels)
        return parameters

    def next_step(self, settings, run, data, test_images):
        """The bottleneck, narrower and narrower."""
        return f".bottleneck{data}   (how few numbers are enough?)"

    def figures(self, estimator, dataset, history, quiet, beside):
        """Every figure of a trained run -> {file name: Figure}."""
        from common.models.autoencoder import figures

        return figures.of_run(estimator, dataset, history, quiet, beside)


MODEL = Autoencoder()
