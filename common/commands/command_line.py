"""What all commands share: numbers as options, and how a mistake is reported."""

import argparse
import re
import sys

from common import Interrupted, UserError

DATA = (
    "mnist (from $MNIST_PATH, a cache or the network), digits (1,797 images bundled "
    "with scikit-learn), or the path of an .npz in Keras's layout, of a folder of IDX "
    "files or of Kaggle's train.csv (default: mnist)"
)


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
    except (Interrupted, KeyboardInterrupt):
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


COUNT = number(int, 1, 10**6, "whole number from 1 to 1,000,000")
WHOLE = number(int, 0, 2**63 - 1, "whole number from 0 to 2**63 - 1")
