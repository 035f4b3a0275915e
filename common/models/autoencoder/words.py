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

    def heading(self, settings):
        """What stands above the rows that `train` prints."""
        return "train log p(x|z)  test log p(x|z)  test error per pixel"

    def row(self, row):
        """A row of history.csv as `train` prints it."""
        return (
            f"{row['train_log_likelihood']:16.2f}  {row['test_log_likelihood']:15.2f}"
            f"  {row['test_mse']:20.5f}"
        )

    def result(self, row):
        """What `train` prints at the end of the last row of history.csv."""
        return (
            f"test log p(x|z) {row['test_log_likelihood']:.2f} nats per image, mean "
            f"squared error {row['test_mse']:.5f} per pixel"
        )

    def next_step(self, settings, run, data, test_images):
        """The bottleneck, narrower and narrower."""
        return f".bottleneck{data}   (how few numbers are enough?)"


WORDS = Autoencoder()
