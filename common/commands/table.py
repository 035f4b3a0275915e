"""What a training run prints to standard output."""

import statistics

from common.commands.command_line import print_notes


class Table:
    """One row per epoch, below the model and its data; if quiet, warnings alone."""

    def __init__(self, settings, quiet):
        self.settings, self.words, self.quiet = settings, settings.words, quiet
        self.every = max(1, settings.epochs // 25)  # print at most about 25 rows
        self.warned = set()

    def head(self, dataset):
        """Print what is trained, and on what."""
        self.test_images, settings = dataset.test_images, self.settings
        if self.quiet:
            return
        images = f"{len(dataset.train_images):,} + {len(dataset.test_images):,} images"
        layers = "-".join(map(str, settings.layers(784)))
        size = f"{settings.size(784):,} parameters"
        print(f"data   {dataset.name}, from {dataset.source}: {images}")
        print_notes(dataset)
        print(f"model  {layers}, {settings.activation}: {size}", flush=True)

    def columns(self, run, judged):
        """Print where the results go, and the names of the columns of row()."""
        self.judged = judged
        if not self.quiet:
            heading = self.words.heading(self.settings) + "  distance" * judged
            print(f"run    {run.path}\n\n  epoch  {heading}  seconds", flush=True)

    def row(self, row):
        """Print an epoch's result, and each warning at its first time."""
        number, epochs = row["epoch"], self.settings.epochs
        warning = self.words.warning(row, self.test_images)
        if warning and warning not in self.warned:
            self.warned.add(warning)
            print(f"epoch {number}: {warning}", flush=True)
        if self.quiet or (number % self.every and number != epochs):
            return
        epoch, measures = f"{number}/{epochs}", self.words.row(row)
        if self.judged:
            measures += f"  {row['judge_distance']:8.2f}"
        print(f"{epoch:>7}  {measures}  {row['seconds']:7.2f}", flush=True)

    def foot(self, run, history, figures):
        """Print the result of the run and where its pictures are."""
        seconds = statistics.median(row["seconds"] for row in history)
        print(f"\n{self.words.result(history[-1])}")
        print(f"{history[-1]['epoch']} epochs, {seconds:.2f} seconds each (median)")
        print(f"pictures: {', '.join(figures)} in {run.figures}")
