"""What all commands share: numbers as options, and how a mistake is reported."""

import argparse
import atexit
import contextlib
import gc
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import doorkeeper
from common import UserError, packages

PIPE = 141  # what a shell says of a command that nobody reads any longer

DATA = (
    "mnist (from $MNIST_PATH, a cache or the network), digits (1,797 images bundled "
    "with scikit-learn), or the path of an .npz in Keras's layout, of a folder of IDX "
    "files or of binarized MNIST's three .amat files, or of Kaggle's train.csv "
    "(default: mnist)"
)


def exit_status(command, *arguments):
    """Call a command -> its exit status; 2, and one line, for a mistake."""
    atexit.register(gc.freeze)  # else Python looks through a framework for a second
    try:
        if culprit := doorkeeper.hiding():
            raise UserError(culprit)
        status = command(*arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        return _unread()
    except UserError as error:
        return fail(error)
    except MemoryError as error:
        sizes = "units, latent variables, images in a batch or importance samples"
        return fail(f"not enough memory ({error}); train with fewer {sizes}")
    except RuntimeError as error:
        limits = "; ulimit -u, or pids.max of a container, allows too few"
        few = "start new thread" in str(error)
        return fail(f"{error}{limits}") if few else doorkeeper.report(error)
    except OSError as error:
        return fail(f"{error.filename or _place()}: {error.strerror or error}")
    except (Exception, KeyboardInterrupt) as error:
        return doorkeeper.report(error)


def _place():
    """What an error of the system is about that names no file, if that is seen."""
    empty_line = partial(print, flush=True)
    tried = {"the working folder": os.getcwd, "standard output": empty_line}
    for place, function in tried.items():
        try:
            function()
        except OSError:
            return place
    return "the system"


def fail(message):
    """Print a mistake as one line, of a long one the ends -> exit status 2."""
    text = " ".join(str(message).split())
    text = text if len(text) <= 1000 else f"{text[:500]} ... {text[-500:]}"
    with contextlib.suppress(OSError):  # of a full disk, where stderr is a file
        print("error:", text, file=sys.stderr, flush=True)
    return 2


def _unread():
    """Nobody reads what is printed, as with `| head`: end without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE


def add_device(parser, package):
    """Add --device, with what the framework can compute on."""
    text = "device to compute on (default: a GPU if the framework finds one)"
    devices = packages.devices(package)
    parser.add_argument("--device", choices=devices, default=None, help=text)


def print_notes(dataset):
    """What `load` took each thing for, where that is unusual."""
    for note in dataset.notes:
        print(f"note   {note}", flush=True)


def shell_quoted(*words):
    """Words as they are typed at a shell's prompt."""
    words = [str(word) for word in words]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def interpreter():
    """How to type the interpreter that runs this program."""
    executable, folder = Path(sys.executable), Path.cwd()
    if shutil.which("python") == sys.executable:
        return "python"
    if executable.is_relative_to(folder) and "=" not in sys.executable:
        return str(executable.relative_to(folder))  # x=y would be an assignment
    return sys.executable


class Parser(argparse.ArgumentParser):
    """An ArgumentParser with errors of one line, to which -1e-3 is a number."""

    def __init__(self, **options):
        if hasattr(sys.stdout, "reconfigure"):  # a notebook's prints every path
            sys.stdout.reconfigure(errors="backslashreplace")  # and so does this
        super().__init__(**options)
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def _print_message(self, message, file=None):
        with contextlib.suppress(OSError):  # as newer versions of argparse do
            super()._print_message(message, file)

    def exit(self, status=0, message=None):
        """Exit quietly, even if nobody reads the help."""
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            status = _unread()
        super().exit(status, message)

    def error(self, message):
        """Print the line and exit with status 2."""
        self.exit(2, f"error: {message} (--help lists the options)\n")
