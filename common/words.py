"""What a model says of itself, whatever the framework."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What is measured of each test image, and how it is printed."""

    title: str
    unit: str = "nats per image"
    digits: int = 2


class Words:
    """Words that most models share; a model's room has its own."""

    title = ""  # of the model in a sentence, with its article
    objective = ""  # what training maximizes
    commands = ("reconstruct", "encode", "sample", "interpolate", "evaluate")
    missing_commands = {}  # name: why the model lacks the command, in a line
    note = ""  # below the options of `train`
    codes = ""  # what `transform` gives, in a title
    code_mean = ""  # what a reconstruction decodes, in a title; if drawn:
    code_drawn = ""
    random_code = ""  # what `sample` decodes, in a title
    pixel = "p(x = 1|z)"  # what `decode` gives for each pixel
    samples = {"mean": "pixel probabilities", "sample": "pixels drawn from them"}
    has_prior = True  # random codes are drawn from N(0, I)
    heading = ""  # above the rows that `train` prints; a format of `maximized`
    row = ""  # of history.csv, as `train` prints it: a format of its columns
    result = ""  # what `train` prints of the last row, in the same way

    @property
    def encodes(self):
        """Whether the model has codes of given images."""
        return "encode" in self.commands

    @property
    def draws(self):
        """What `decode` can give; sample: pixels drawn from p(x|z)."""
        return tuple(self.samples)

    def maximized(self, settings):
        """What training with these settings maximizes, in a word."""
        return self.objective

    def progress(self, settings, sums, steps):
        """What the progress bar says after so many steps."""
        first = next(iter(sums.values()))
        return f"{self.maximized(settings)} {first / steps:.1f} nats"

    def warning(self, row, images):
        """One line if this row of history.csv tells of a failure, else None.

        (N, D) uint8, the test images, for comparison.
        """

    def next_step(self, settings, run, data, test_images):
        """What to try after training: what follows `python -m PACKAGE`, and why.

        `run` is the run as the user types it, `data` an option that names its images,
        of which so many are for testing.
        """
