"""What a model says of itself to the rest, in any framework."""

import importlib
import math
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """What is measured of each test image, and how it is printed."""

    title: str
    unit: str = "nats per image"
    digits: int = 2


@dataclass(frozen=True)
class Option:
    """A setting that this model has and others lack: a number from 0.

    With `most`, a whole number from 1 to that.
    """

    default: float
    help: str
    most: int | None = None


class About:
    """Its words and numbers, whatever the framework; nothing heavy is imported.

    The room's `__init__` makes one, MODEL.  A sum or measure is known by its column
    in history.csv without `train_` and `test_`.
    """

    name = ""  # of its room, and of its packages up to the underscore
    title = ""  # in a sentence, with its article
    estimator = ""  # the class that each of its packages exports
    objective = ""  # what training raises, in words
    watched = ()  # names of the sums that the network's `train` returns
    measures = {}  # name: Measure, of what the network's `evaluate` returns
    defaults = {}  # of its Settings, but for the epochs
    options = {}  # name: Option, of what its Settings hold beside the defaults
    shown = 1_500_000  # images in training, by default
    most_epochs = 150  # by default, however few images there are
    activations = ("relu", "tanh")
    verbs = ("reconstruct", "encode", "sample", "interpolate", "evaluate")
    missing_verbs = {}  # name: why this model has none of that name, in a line
    hidden_help = "each hidden layer of the encoder, which the decoder mirrors"
    code_help = ""  # --latent-dim is the number of these
    layers_help = ""  # --activation is that of these
    note = ""  # below the options of `train`
    heading = ""  # above the rows that `train` prints, with {raised} for that word,
    row = ""  # each of which is this, filled in from history.csv,
    result = ""  # and below the last one
    codes = ""  # what `transform` gives, in a title
    code_mean = ""  # what a reconstruction decodes, in a title; if drawn:
    code_drawn = ""
    random_code = ""  # what `sample` decodes, in a title
    pixel = "p(x = 1|z)"  # what `decode` gives for each pixel
    samples = {"mean": "pixel probabilities", "sample": "pixels drawn from them"}
    has_prior = True  # random codes are draws from N(0, I)
    judged = False  # its samples, after every epoch, for want of a measure
    has_evidence = False  # its estimator has `log_evidence`, an estimate of log p(x)

    @property
    def grey_help(self):
        """What becomes of the objective if pixels are not binarized, for --binarize."""
        return f", which makes the {self.objective} a mere score"

    @property
    def encodes(self):
        """Whether it has codes of given images."""
        return "encode" in self.verbs

    @property
    def draws(self):
        """What `decode` can give; sample: pixels drawn from p(x|z)."""
        return tuple(self.samples)

    @property
    def columns(self):
        """The columns of history.csv."""
        train = (f"train_{name}" for name in self.watched)
        test = (f"test_{name}" for name in self.measures)
        return ("epoch", *train, *test, "learning_rate", "seconds")

    def layers(self, settings, pixels):
        """Sizes of all layers, from pixels to pixels."""
        hidden = settings.hidden
        return [pixels, *hidden, settings.latent_dim, *reversed(hidden), pixels]

    def shapes(self, settings, pixels):
        """The shape of each parameter for images of so many pixels.  name -> tuple"""
        raise NotImplementedError

    def networks(self, settings):
        """What a page computes: name -> its layers, [(weights, activation), ...]

        `decode` gives pixel probabilities.  Of a model that encodes, `encode` gives
        codes; where they have a distribution, `logvar` gives its log-variances.
        """
        raise NotImplementedError

    def initial(self, settings, pixels):
        """The weights that a run starts from.  (N, D) uint8 -> {name: array}"""
        raise NotImplementedError

    def count(self, settings, pixels):
        """How many numbers the parameters are."""
        return sum(map(math.prod, self.shapes(settings, pixels).values()))

    def noise(self, shape, settings, rng):
        """What the network takes besides pixels: name -> array of (*shape, ...)"""
        return {}

    def raised(self, settings):
        """What training with these settings raises, in a word."""
        return self.objective

    def progress(self, settings, sums, steps):
        """What the progress bar says after so many steps."""
        return f"{self.raised(settings)} {sums[self.watched[0]] / steps:.1f} nats"

    def warning(self, row, images):
        """One line if this row of history.csv tells of a failure, else None.

        (N, D) uint8, the test images, for comparison.
        """

    def next_step(self, settings, run, data, test_images):
        """What to try after training: what follows `python -m PACKAGE`, and why.

        `run` is the run as the user types it, `data` an option that names its images,
        of which so many are for testing.
        """
        raise NotImplementedError

    def figures(self, estimator, dataset, history, quiet, beside):
        """Every figure of a trained run -> {file name: Figure}.

        `beside` is a package whose samples are drawn beside, or None.
        """
        raise NotImplementedError


def names():
    """The names of all models."""
    rooms = Path(__file__).with_name("models").glob("*/__init__.py")
    return sorted(room.parent.name for room in rooms)


def find(name):
    """The About of the model of that name."""
    return importlib.import_module(f"common.models.{name}").MODEL
