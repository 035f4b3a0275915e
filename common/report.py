"""What a training run prints to standard output."""

import statistics

HEADS = {
    "autoencoder": "train log p(x|z)  test log p(x|z)  test error per pixel  seconds",
    "vae": "train ELBO  test ELBO = log p(x|z) - KL     seconds",
}
ROWS = {
    "autoencoder": "{train_log_likelihood:16.2f}  {test_log_likelihood:15.2f}  "
    "{test_mse:20.5f}",
    "vae": "{train_elbo:10.2f}  {test_elbo:9.2f} = {test_log_likelihood:10.2f} - "
    "{test_kl:5.2f}",
}
RESULTS = {
    "autoencoder": "test log p(x|z) {test_log_likelihood:.2f} nats per image, mean "
    "squared error {test_mse:.5f} per pixel",
    "vae": "test ELBO {test_elbo:.2f} nats per image = log p(x|z) "
    "{test_log_likelihood:.2f} - KL {test_kl:.2f}",
}


class Table:
    """One row per epoch, in nats per image, below what is trained, on what."""

    def __init__(self, settings, quiet):
        self.settings = settings
        self.quiet = quiet
        self.every = max(1, settings.epochs // 25)  # print at most about 25 rows

    def head(self, dataset, initial):
        """Print what is trained, and on what."""
        if self.quiet:
            return
        s = self.settings
        images = f"{len(dataset.train_images):,} + {len(dataset.test_images):,} images"
        sizes = [784, *s.hidden, s.latent_dim, *reversed(s.hidden), 784]
        layers = "-".join(map(str, sizes))
        count = sum(array.size for array in initial.values())
        print(
            f"data   {dataset.name}, from {dataset.source}: {images}\n"
            f"model  {layers}, {s.activation}: {count:,} parameters",
            flush=True,
        )

    def columns(self, run):
        """Print where the results go, and the names of the columns of row()."""
        if not self.quiet:
            head = HEADS[self.settings.model]
            print(f"run    {run.path}\n\n  epoch  {head}", flush=True)

    def row(self, row):
        """Print an epoch's result."""
        last = row["epoch"] == self.settings.epochs
        if self.quiet or (row["epoch"] % self.every and not last):
            return
        epoch = f"{row['epoch']}/{self.settings.epochs}"
        measures = ROWS[self.settings.model].format(**row)
        print(f"{epoch:>7}  {measures}  {row['seconds']:7.2f}", flush=True)

    def foot(self, run, history, figures):
        """Print the result of the run and where its pictures are."""
        last = history[-1]
        seconds = statistics.median(row["seconds"] for row in history)
        print(
            f"\n{RESULTS[self.settings.model].format(**last)}\n"
            f"{last['epoch']} epochs, {seconds:.2f} seconds each (median)\n"
            f"pictures: {', '.join(figures)} in {run.figures}"
        )
