"""What a training run prints to standard output."""

import statistics

from common.commands.command_line import print_notes


class Table:
    """One row per epoch, below the model and its data; if quiet, warnings alone."""

    def __init__(self, settings, quiet):
        self.settings = settings
        self.words = settings.words
        self.quiet = quiet
        self.every = max(1, settings.epochs // 25)  # print at most about 25 rows
        self.warned = set()

    def head(self, dataset):
        """Print what is trained, and on what."""
        self.test_images = dataset.test_images
        if self.quiet:
            return
        images = f"{len(dataset.train_images):,} + {len(dataset.test_images):,} images"
        layers = "-".join(map(str, self.settings.layers(784)))
        print(f"data   {dataset.name}, from {dataset.source}: {images}")
        print_notes(dataset)
        print(
            f"model  {layers}, {self.settings.activation}: "
            f"{self.settings.size(784):,} parameters",
            flush=True,
        )

    def columns(self, run, judged):
        """Print where the results go, and the names of the columns of row()."""
        self.judged = judged
        if not self.quiet:
            heading = self.words.heading(self.settings) + "  distance" * judged
            print(f"run    {run.path}\n\n  epoch  {heading}  seconds", flush=True)

    def row(self, row):
        """Print an epoch's result, and each warning at its first time."""
        warning = self.words.warning(row, self.test_images)
        if warning and warning not in self.warned:
            self.warned.add(warning)
            print(f"epoch {row['epoch']}: {warning}", flush=True)
        last = row["epoch"] == self.settings.epochs
        if self.quiet or (row["epoch"] % self.every and not last):
            return
        epoch = f"{row['epoch']}/{self.settings.epochs}"
        measures = self.words.row(row)
        if self.judged:
            measures += f"  {row['judge_distance']:8.2f}"
        print(f"{epoch:>7}  {measures}  {row['seconds']:7.2f}", flush=True)

    def foot(self, run, history, figures):
        """Print the result of the run and where its pictures are."""
        last = history[-1]
        seconds = statistics.median(row["seconds"] for row in history)
        print(
            f"\n{self.words.result(last)}\n"
            f"{last['epoch']} epochs, {seconds:.2f} seconds each (median)\n"
            f"pictures: {', '.join(figures)} in {run.figures}"
        )
