"""`python -m PACKAGE.train`: start or resume a run, train, make figures, report."""

import argparse
import contextlib
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from common import UserError, files, machine, models, packages, runs
from common.commands import command_line
from common.commands.command_line import interpreter, shell_quoted
from common.commands.table import Table
from common.config import ARRAY, Config, read_options
from common.images import data
from common.settings import Range

EXAMPLES = """
examples:
  python -m {0}.train                   MNIST, with the defaults above
  python -m {0}.train --latent-dim 2    a latent space that can be seen whole
  python -m {0}.train --data digits     without MNIST, in half a minute
  python -m {0}.train --resume RUN      go on where RUN stopped
"""
RESUME = (
    "continue the run in this folder with its own options; --epochs may rise, which "
    "stretches the cosine of the learning rate, and --data may name the new place of "
    "the same data"
)
CONFIG = (
    "read options from this file, an experiment or the config.json of a run; options "
    "on the command line override them"
)
GROUPS = ("data", "model", "training")  # of the settings
WITH_RESUME = {"package", "resume", "epochs", "data", "quiet", "device"}  # may be given


def main(package, argv=None):
    """Run `python -m PACKAGE.train` -> exit status: 0, 2 (a mistake), 130 (Ctrl-C)."""
    options = make_parser(package).parse_args(argv)
    return command_line.exit_status(train, package, options)


def make_parser(package):
    """The options of `python -m PACKAGE.train`.  Those not given stay unset."""
    model = packages.model_of(package)
    parser = command_line.Parser(
        prog=f"python -m {package}.train",
        usage="%(prog)s [options]",
        description=f"Train {model.words.title} on images of 28x28 pixels, and plot "
        "what it has learned.",
        epilog=f"{EXAMPLES.format(package)}\n{model.words.note}",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    groups = {name: parser.add_argument_group(name) for name in (*GROUPS, "run")}
    groups["data"].add_argument("--data", metavar="SOURCE", help=command_line.DATA)
    add_settings(groups, model)
    out = f"folder for the results (default: runs/{package}/DATE_TIME)"
    add = groups["run"].add_argument
    add("--out", metavar="DIR", type=files.path, help=out)
    add("--overwrite", action="store_true", help="replace the run that is in --out")
    add("--resume", metavar="RUN", help=RESUME)
    add("--config", metavar="FILE", type=files.path, help=CONFIG)
    add("--quiet", action="store_true", help="print nothing before the result")
    command_line.add_device(groups["run"], package)
    return parser


def add_settings(groups, model):
    """Add an option for each setting of a model to the parser's group of that name."""
    defaults = model().parameters()
    for name, option in model.options().items():
        default, text = defaults[name], option.help.replace("%", "%%")
        if default is not None:
            each = default if option.several else [default]
            text += f" (default: {' '.join(map(str, each)) or 'none'})"
        kind = {"choices": option.values}
        if isinstance(option.values, Range):
            kind = {"type": option.values, "metavar": option.metavar}
        kind |= {"dest": name, "nargs": "+" if option.several else None}
        flag = f"--{(option.flag or name).replace('_', '-')}"
        groups[option.group].add_argument(flag, help=text, **kind)


def train(package, options):
    """Train as the options say -> exit status.  UserError for a mistake."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    prepare = _resumed if "resume" in options else _new
    run, config, dataset = prepare(package, packages.model_of(package), options)
    table = Table(run, config, dataset, options)
    parameters = config.settings.parameters()
    parameters["verbose"] = False if table.quiet else None
    try:
        table.head()
        if sys.stderr.isatty() and not table.quiet and (note := machine.busy()):
            print(f"note: {note}", file=sys.stderr)
        estimator = packages.estimator(package, options.device)(**parameters)
        figures = models.part(estimator.name, "figures")  # before the work: may fail
        estimator.fit(dataset.train_images, run=table)
        pictures = _draw(figures.of_run, estimator, table)
    except KeyboardInterrupt:
        if not table.in_folder:
            raise
        resume = shell_quoted(interpreter(), "-m", f"{package}.train", "--resume")
        print(f"interrupted; go on with: {resume} {_place(run.path)}", file=sys.stderr)
        return 130
    finally:
        run.unlock()
        with contextlib.suppress(OSError):
            run.path.rmdir()  # which removes an empty folder alone
    table.foot(pictures)
    _print_next(package, table, options)
    return 0


def _draw(of_run, estimator, table):
    """Write every figure of a trained run -> {file name: Figure}"""
    from common.figures import style

    table.run.figures.mkdir(exist_ok=True)
    with style():
        figures = of_run(estimator, table.dataset, table.history)
        for name, figure in figures.items():
            files.write_figure(table.run.figures / name, figure)
    return figures


def _print_next(package, table, options):
    """Print a command to try."""
    config, tests = table.config, len(table.dataset.test_images)
    images = "" if config.data == "mnist" else f" {shell_quoted('--data', config.data)}"
    is_newest = {"out", "resume"}.isdisjoint(vars(options))
    name = "latest" if is_newest else _place(table.run.path)
    step = config.settings.words.next_step(config.settings, name, images, tests)
    print(f"next: {shell_quoted(interpreter(), '-m', package)}{step}")


def _new(package, model, options):
    """A new run, its Config, its data."""
    own = read_options(options.config, model) if "config" in options else {}
    own |= vars(options)
    source, dataset = data.load_or_digits(own.get("data", "mnist"), "data" in own)
    where = "--binarize" if "binarize" in options else f"{own.get('config')}: binarize"
    settings = settings_for(dataset, model, own, where)
    run = runs.Run(options.out if "out" in options else _new_folder(package))
    run.check_free("overwrite" in options)
    run.path.mkdir(parents=True, exist_ok=True)
    return run, config_of(package, settings, source, dataset), dataset


def settings_for(dataset, model, own, where="--binarize"):
    """The Settings that the chosen options, and defaults for this data set, mean.

    UserError for those that do not suit the images.
    """
    images, size = len(dataset.train_images), own.get("batch_size", 0)
    values = {name: own[name] for name in model.options() if name in own}
    if "binarize" in own:
        dataset.check_binarize(own["binarize"], where)
    elif dataset.binarized:
        values["binarize"] = "static"
    if size > images:
        excess = f"--batch-size {size} is more than there are training images"
        raise UserError(f"{excess}; choose {images} or less")
    return model(**values).resolved(images)


def config_of(package, settings, source, dataset):
    """The Config of a run that begins now."""
    facts = {
        "name": dataset.name,
        "source": dataset.source,
        "training_images": len(dataset.train_images),
        "test_images": len(dataset.test_images),
        "sha256": dataset.sha256,
    }
    return Config(settings, package, source, facts, packages.versions(package))


def _resumed(package, model, options):
    """The run of --resume, its Config with the epochs now wanted, its data."""
    if fixed := sorted(set(vars(options)) - WITH_RESUME):
        option = model.options().get(fixed[0])
        flag = ((option and option.flag) or fixed[0]).replace("_", "-")
        kept = "cannot be given with --resume: a run keeps its options"
        raise UserError(f"--{flag} {kept}")
    run = runs.Run(runs.find(options.resume, model))
    config = run.read_config(model)
    lacking = "has weights, but not the moments with which training could go on"
    if config.data == ARRAY:
        lacking = "was fitted in Python, and its images are not known"
    if config.data == ARRAY or run.has_weights_alone():
        raise UserError(f"{run.path}: {lacking}; train a new run")
    before = config.settings.epochs
    epochs = getattr(options, "epochs", before)
    if epochs < before:
        fewer = f"--epochs {epochs} is less than the run's {before}"
        raise UserError(f"{fewer}; with --resume it may only rise")
    source = getattr(options, "data", config.data)
    config.data, dataset = data.load_or_digits(source, True)
    config.check_data(dataset, run.path)
    config.settings = replace(config.settings, epochs=epochs)
    config.versions |= packages.versions(package)
    return run, config, dataset


def _new_folder(package):
    """Named by date and time; of two that begin in one second, one waits."""
    while True:
        path = Path("runs", package, time.strftime("%Y-%m-%d_%H-%M-%S"))
        with contextlib.suppress(FileExistsError):
            path.mkdir(parents=True)
            return path
        time.sleep(0.1)


def _place(path):
    """A run as it is typed: a name alone may be an option or mean another run."""
    name = str(path)
    return shell_quoted(name if os.sep in name and name[0] != "-" else f"./{name}")
