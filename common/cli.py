"""The command line: options with their help, and how a mistake is reported."""

import argparse
import re
import sys
from pathlib import Path

from common import UserError, program, training
from common.data import BINARIZATIONS
from common.parameters import GAIN
from common.settings import KINDS, kind_of

EXAMPLES = """
examples:
  python -m {0}.train                   MNIST, with the defaults above
  python -m {0}.train --latent-dim 2    a latent space that can be drawn
  python -m {0}.train --data digits     without MNIST, in half a minute
  python -m {0}.train --resume RUN      go on where RUN stopped
"""
DATA = (
    "mnist (from $MNIST_PATH, a cache or the network), digits (1,797 images bundled "
    "with scikit-learn), or the path of an .npz in Keras's layout, of a folder of IDX "
    "files or of Kaggle's train.csv (default: mnist)"
)
NOTES = {
    "autoencoder": "The reconstruction log-likelihood, log p(x|z), is given in nats per"
    "\nimage; higher is better.",
    "vae": "The ELBO (evidence lower bound) is given in nats per image; higher is "
    "better.",
}
CODES = {"autoencoder": "numbers in the code", "vae": "number of latent variables"}
LAYERS = {"autoencoder": "the code and the hidden layers", "vae": "the hidden layers"}


def train(package, beside=None, argv=None):
    """Run `python -m PACKAGE.train` -> exit status: 0, 2 (a mistake), 130 (Ctrl-C).

    `beside` is the package whose VAE draws samples beside an autoencoder's.
    """
    parser = training_parser(package)
    parser.set_defaults(package=package, beside=beside)
    return answer(program.train, parser.parse_args(argv))


def answer(command, *arguments):
    """Call a command -> its exit status; 2, and one line, for a mistake."""
    try:
        return command(*arguments)
    except UserError as error:
        return fail(error)
    except MemoryError as error:
        sizes = "--hidden, --latent-dim or --batch-size"
        return fail(f"not enough memory ({error}); try a smaller {sizes}")
    except OSError as error:
        return fail(f"{error.filename or 'the system'}: {error.strerror or error}")
    except (training.Interrupted, KeyboardInterrupt):
        print("\ninterrupted", file=sys.stderr)
        return 130


def fail(message):
    """Print a mistake as one line -> exit status 2."""
    print("error:", " ".join(str(message).split()), file=sys.stderr)
    return 2


class Parser(argparse.ArgumentParser):
    """An ArgumentParser with errors of one line, to which -1e-3 is a number."""

    def __init__(self, **options):
        super().__init__(**options)
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message):
        """Print the line and exit with status 2."""
        self.exit(2, f"error: {message} (--help lists the options)\n")


def training_parser(package):
    """The options of `python -m PACKAGE.train`.  Those not given stay unset."""
    model = kind_of(package)
    kind = KINDS[model]
    parser = Parser(
        prog=f"python -m {package}.train",
        usage="%(prog)s [options]",
        description=f"Train {kind.title} on images of 28x28 pixels, and draw what it "
        "has learnt.",
        epilog=f"{EXAMPLES.format(package)}\n{NOTES[model]}",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = kind.defaults
    count = number(int, 1, 10**6, "whole number from 1 to 1,000,000")

    add = parser.add_argument_group("data").add_argument
    add(
        "--data",
        metavar="SOURCE",
        help=DATA,
    )
    add(
        "--binarize",
        choices=BINARIZATIONS,
        help="how grey levels become pixels that are on or off: drawn anew every "
        "epoch, on above one half, or not at all, which makes the "
        f"{kind.objective} a mere score (default: {default['binarize']})",
    )

    add = parser.add_argument_group("model").add_argument
    add(
        "--hidden",
        metavar="UNITS",
        nargs="+",
        type=count,
        help="units of each hidden layer of the encoder, which the decoder mirrors "
        f"(default: {' '.join(map(str, default['hidden'])) or 'none'})",
    )
    add(
        "--latent-dim",
        metavar="Z",
        type=count,
        help=f"{CODES[model]} (default: {default['latent_dim']})",
    )
    add(
        "--activation",
        choices=GAIN,
        help=f"of {LAYERS[model]} (default: {default['activation']})",
    )

    add = parser.add_argument_group("training").add_argument
    add(
        "--epochs",
        metavar="N",
        type=count,
        help="passes over the training images (default: as many as show 1.5 million "
        "images, but at most 150: 25 for mnist, 150 for digits)",
    )
    add(
        "--batch-size",
        metavar="B",
        type=count,
        help=f"images per step (default: {default['batch_size']})",
    )
    add(
        "--learning-rate",
        metavar="RATE",
        type=number(float, 1e-9, 1000, "number from 1e-9 to 1000"),
        help="Adam's at the first step; it falls along a cosine to 1%% of that "
        f"(default: {default['learning_rate']})",
    )
    add(
        "--seed",
        metavar="N",
        type=number(int, 0, 2**64, "whole number from 0 to 2**64"),
        help="of initial weights, image order, binarization and noise "
        f"(default: {default['seed']})",
    )

    add = parser.add_argument_group("run").add_argument
    add(
        "--out",
        metavar="DIR",
        type=Path,
        help=f"folder for the results (default: runs/{package}/DATE_TIME)",
    )
    add("--overwrite", action="store_true", help="replace the run that is in --out")
    add(
        "--resume",
        metavar="RUN",
        type=Path,
        help="continue the run in this folder with its own options; only --epochs may "
        "rise (the cosine of the learning rate is then stretched), and --data may say "
        "where the same data now are",
    )
    add("--quiet", action="store_true", help="print the result and nothing else")
    return parser


def number(kind, low, high, name):
    """An argparse type: a `kind` from `low` to `high`; `name` is for the error."""

    def parse(text):
        try:
            value = kind(text)
            if low <= value <= high:
                return value
        except ValueError:
            pass
        raise argparse.ArgumentTypeError(f"must be a {name}, not {text}")

    return parse
