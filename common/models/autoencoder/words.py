"""What an autoencoder says of itself."""

from common.words import Words


class Autoencoder(Words):
    """The warm-up."""

    title = "an autoencoder"
    objective = "log-likelihood"
    note = (
        "The reconstruction term, log p(x|z), is given in nats per image; higher is\n"
        "better.  With --binarize none it is a score: the negative cross-entropy."
    )
    codes = "codes z"
    code_mean = code_drawn = "z = code of the image"
    random_code = "each number in z drawn by itself, as on training images"
    has_prior = False
    heading = "train log p(x|z)  test log p(x|z)  test error per pixel"
    row = "{train_log_likelihood:16.2f}  {test_log_likelihood:15.2f}  {test_mse:20.5f}"
    result = (
        "test log p(x|z) {test_log_likelihood:.2f} nats per image, mean squared error "
        "{test_mse:.5f} per pixel"
    )

    def next_step(self, settings, run, data, test_images):
        """The bottleneck, narrower and narrower."""
        return f".bottleneck{data}   (how few numbers are enough?)"
