"""What a training run prints to standard output."""

import math
import statistics

from common import UserError
from common.commands.command_line import print_notes
from common.record import Record


class Table(Record):
    """A Record that prints a row per epoch; if quiet, warnings alone."""

    def __init__(self, run, config, dataset, options):
        how = "resume" in options, "overwrite" in options
        super().__init__(run, config, dataset, *how)
        self.settings, self.words = config.settings, config.settings.words
        self.quiet, self.warned = "quiet" in options, set()

    def head(self):
        """Print what is trained, and on what."""
        if self.quiet:
            return
        dataset, settings = self.dataset, self.settings
        images = f"{len(dataset.train_images):,} + {len(dataset.test_images):,} images"
        layers = "-".join(map(str, settings.layers(784)))
        size = f"{sum(map(math.prod, settings.shapes(784).values())):,} parameters"
        print(f"data   {dataset.name}, from {dataset.source}: {images}")
        print_notes(dataset)
        print(f"model  {layers}, {settings.activation}: {size}", flush=True)

    def judge(self):
        """The judge of samples that the data make; if none, say why -> None."""
        from common import judge  # slower than `--help` should be

        try:
            return judge.of(self.dataset)
        except UserError as error:
            if not self.quiet:
                print(f"note   {error}")
            return None

    def begun(self):
        """Print where the results go, and the names of the columns below."""
        if not self.quiet:
            maximized = self.words.maximized(self.settings)
            heading = self.words.heading.format(maximized=maximized)
            heading += "  distance" * (self._judge is not None)
            print(f"run    {self.run.path}")
            if len(self.history) == self.settings.epochs:
                more = "to continue it, give a larger --epochs"
                print(f"note   all epochs of this run are finished; {more}")
            print(f"\n  epoch  {heading}  seconds", flush=True)

    def report(self, row):
        """Print about 25 epochs' results, and each warning at its first time."""
        number, epochs = row["epoch"], self.settings.epochs
        warning = self.words.warning(row, self.dataset.test_images)
        if warning and warning not in self.warned:
            self.warned.add(warning)
            print(f"epoch {number}: {warning}", flush=True)
        if self.quiet or (number % max(1, epochs // 25) and number != epochs):
            return
        epoch, measures = f"{number}/{epochs}", self.words.row.format(**row)
        if "judge_distance" in row:
            measures += f"  {row['judge_distance']:8.2f}"
        print(f"{epoch:>7}  {measures}  {row['seconds']:7.2f}", flush=True)

    def foot(self, pictures):
        """Print the result of the run and where its pictures are."""
        print(f"\n{self.words.result.format(**self.history[-1])}")
        seconds = [row["seconds"] for row in self.history]
        pace = f"{statistics.median(seconds):.2f} seconds each (median)"
        if len(seconds) < 3:  # the first of which may have compiled
            pace = f"{sum(seconds):.2f} seconds in all"
        print(f"{len(seconds)} epoch{'s' * (len(seconds) > 1)}, {pace}")
        print(f"pictures: {', '.join(pictures)} in {self.run.figures}")
