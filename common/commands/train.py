"""`python -m PACKAGE.train`: start or resume a run, train, make figures, report."""

import argparse
import contextlib
import os
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path

from common import Interrupted, UserError, files, loop, packages, runs
from common.batches import BINARIZATIONS
from common.commands.command_line import (
    COUNT,
    DATA,
    Parser,
    answer,
    number,
    python,
    typed,
)
from common.commands.table import Table
from common.images import data
from common.settings import ARRAY, Settings, default_epochs, read_settings

EXAMPLES = """
examples:
  python -m {0}.train                   MNIST, with the defaults above
  python -m {0}.train --latent-dim 2    a latent space that can be seen whole
  python -m {0}.train --data digits     without MNIST, in half a minute
  python -m {0}.train --resume RUN      go on where RUN stopped
"""
SHARE = number(float, 0, 1e6, "number from 0 to 1,000,000")
FREE = {"package", "beside", "resume", "epochs", "data", "quiet"}  # with --resume


def main(package, beside=None, argv=None):
    """Run `python -m PACKAGE.train` -> exit status: 0, 2 (a mistake), 130 (Ctrl-C).

    `beside` is the package whose VAE draws samples beside an autoencoder's.
    """
    parser = make_parser(package)
    parser.set_defaults(package=package, beside=beside)
    return answer(_prepare, parser.parse_args(argv))


def make_parser(package):
    """The options of `python -m PACKAGE.train`.  Those not given stay unset."""
    about = packages.model_of(package)
    parser = Parser(
        prog=f"python -m {package}.train",
        usage="%(prog)s [options]",
        description=f"Train {about.title} on images of 28x28 pixels, and show what it "
        "has learnt in pictures.",
        epilog=f"{EXAMPLES.format(package)}\n{about.note}",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = about.defaults

    add = parser.add_argument_group("data").add_argument
    add("--data", metavar="SOURCE", help=DATA)
    add(
        "--binarize",
        choices=BINARIZATIONS,
        help="how grey levels become pixels that are on or off: drawn anew every "
        f"epoch, on above one half, or not at all{about.grey_help}; static: they were "
        f"drawn once and for all (default: {default['binarize']}; of .amat files, "
        "static)",
    )

    add = parser.add_argument_group("model").add_argument
    add(
        "--hidden",
        metavar="UNITS",
        nargs="+",
        type=COUNT,
        help=f"units of {about.hidden_help} "
        f"(default: {' '.join(map(str, default['hidden'])) or 'none'})",
    )
    add(
        "--latent-dim",
        metavar="Z",
        type=COUNT,
        help=f"{about.code_help} (default: {default['latent_dim']})",
    )
    add(
        "--activation",
        choices=about.activations,
        help=f"of {about.layers_help} (default: {default['activation']})",
    )

    add = parser.add_argument_group("training").add_argument
    mnist, digits = (default_epochs(images, about) for images in (60_000, 1_437))
    add(
        "--epochs",
        metavar="N",
        type=COUNT,
        help="passes over the training images (default: as many as show "
        f"{about.shown / 1e6:g} million images, but at most {about.most_epochs}: "
        f"{mnist} for mnist, {digits} for digits)",
    )
    add(
        "--batch-size",
        metavar="B",
        type=COUNT,
        help=f"images per step (default: {default['batch_size']}, or all of fewer)",
    )
    add(
        "--learning-rate",
        metavar="RATE",
        type=number(float, 1e-9, 1000, "number from 1e-9 to 1000"),
        help="Adam's at the first step; it falls along a cosine to 1%% of that "
        f"(default: {default['learning_rate']})",
    )
    for name, option in about.options.items():
        add(
            f"--{name.replace('_', '-')}",
            metavar="K" if option.most else "X",
            type=_count_to(option.most) if option.most else SHARE,
            help=f"{option.help} (default: {option.default:g})",
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
        type=files.path,
        help=f"folder for the results (default: runs/{package}/DATE_TIME)",
    )
    add("--overwrite", action="store_true", help="replace the run that is in --out")
    add(
        "--resume",
        metavar="RUN",
        help="continue the run in this folder with its own options; only --epochs may "
        "rise (the cosine of the learning rate is then stretched), and --data may say "
        "where the same data now are",
    )
    add(
        "--config",
        metavar="FILE",
        type=files.path,
        help="take the options that are not given from this file: an experiment, or "
        "the config.json of a run",
    )
    add("--quiet", action="store_true", help="print the result and nothing else")
    return parser


def _count_to(most):
    return number(int, 1, most, f"whole number from 1 to {most}")


def _prepare(options):
    """Do what the options ask for -> exit status.  UserError for a mistake."""
    find = _resumed if "resume" in options else _new
    run, config, dataset = find(options)
    settings, images = config["settings"], dataset.train_images
    if settings.batch_size > len(images):
        raise UserError(
            f"--batch-size {settings.batch_size} is more than there are training "
            f"images; choose {len(images)} or less"
        )
    quiet = "quiet" in options
    table = Table(settings, quiet)
    table.head(dataset)
    estimator = packages.estimator(options.package)(**settings.parameters())
    estimator.initialize(settings, images, quiet)
    run = run or runs.Run(_new_folder(options.package))
    try:
        return _carry_out(run, config, estimator, dataset, table, options)
    finally:
        run.unlock()


def _carry_out(run, config, estimator, dataset, table, options):
    """Train in a run's folder, make figures, report -> exit status."""
    if "resume" in options:
        run.open()
        start = run.restore(estimator)
    else:
        run.create("overwrite" in options)
        start = [], runs.Position()
    run.write_config(config)
    command = typed(python(), "-m", options.package)
    place = _place(run.path)
    about, quiet = estimator.about, table.quiet
    try:
        before = start[0]  # its rows have the same columns as those to come
        judged = about.judged and (not before or "judge_distance" in before[0])
        judge = _judge(dataset, quiet) if judged else None
        table.columns(run, judge is not None)
        history = loop.train_epochs(
            estimator, dataset, run, start, table.row, quiet, judge
        )
        figures = about.figures(estimator, dataset, history, quiet, options.beside)
        for name, figure in figures.items():
            files.write_figure(run.figures / name, figure)
    except (Interrupted, KeyboardInterrupt):
        resume = f"{command}.train --resume {place}"
        print(f"interrupted; go on with: {resume}", file=sys.stderr)
        return 130
    table.foot(run, history, figures)
    source = estimator.settings_.data
    images = "" if source == "mnist" else f" {typed('--data', source)}"
    newest = {"out", "resume"}.isdisjoint(vars(options)) and (
        runs.find("latest", about) == run.path  # which another training may be now
    )
    name = "latest" if newest else place
    tests = len(dataset.test_images)
    step = about.next_step(estimator.settings_, name, images, tests)
    print(f"next: {command}{step}")
    return 0


def _judge(dataset, quiet):
    """The judge of samples that the data make; if none, say why -> None."""
    from common import judge  # which takes longer than `--help` should

    try:
        return judge.of(dataset)
    except UserError as error:
        if not quiet:
            print(f"note   {error}")
        return None


def _new(options):
    """A new run (None: choose its folder once it can start), its config, its data."""
    about = packages.model_of(options.package)
    file = read_settings(options.config, about) if "config" in options else {}
    chosen = file | vars(options)
    given = {"model": about.name, **about.defaults, **chosen}
    source, dataset = data.load_or_digits(given["data"], explicit="data" in chosen)
    if "binarize" in chosen:
        said = "--binarize" if "binarize" in options else f"{options.config}: binarize"
        dataset.check_binarize(chosen["binarize"], said)
    elif dataset.binarized:
        given["binarize"] = "static"
    images = len(dataset.train_images)
    epochs = given.get("epochs", default_epochs(images, about))
    given |= {"data": source, "epochs": epochs, "hidden": tuple(given["hidden"])}
    if "batch_size" not in chosen:
        given["batch_size"] = min(given["batch_size"], images)
    settings = Settings.of(given)
    run = runs.Run(given["out"]) if "out" in given else None
    if run:
        run.check_free("overwrite" in options)
    config = {
        "package": options.package,
        "settings": settings,
        "data": {
            "name": dataset.name,
            "source": dataset.source,
            "training_images": images,
            "test_images": len(dataset.test_images),
            "sha256": dataset.sha256,
        },
        "versions": {"python": platform.python_version()}
        | packages.versions(options.package),
    }
    return run, config, dataset


def _new_folder(package):
    """Named by date and time, and by a number if that is taken."""
    name = time.strftime("%Y-%m-%d_%H-%M-%S")
    for suffix in ("", *(f"_{i}" for i in range(2, 1000))):
        path = Path("runs", package, name + suffix)
        with contextlib.suppress(FileExistsError):
            path.mkdir(parents=True)
            return path
    raise UserError(f"{path.parent}: no free name; choose one with --out")


def _resumed(options):
    """The run of --resume, its config with the epochs now wanted, its data."""
    fixed = set(vars(options)) - FREE
    if fixed:
        name = "--" + sorted(fixed)[0].replace("_", "-")
        raise UserError(
            f"{name} cannot be given with --resume: a run keeps its options"
        )
    about = packages.model_of(options.package)
    run = runs.Run(runs.find(options.resume, about))
    config = run.read_config(about)
    if run.has_weights_alone():
        raise UserError(
            f"{run.path}: has weights, but not the moments with which training could "
            "go on; train a new run"
        )
    settings = config["settings"]
    if settings.data == ARRAY:
        raise UserError(
            f"{run.path}: was fitted in Python, and its images are not known; train a "
            "new run"
        )
    epochs = getattr(options, "epochs", settings.epochs)
    if epochs < settings.epochs:
        raise UserError(
            f"--epochs {epochs} is less than the run's {settings.epochs}; with "
            "--resume it may only rise"
        )
    source = getattr(options, "data", settings.data)
    _, dataset = data.load_or_digits(source, explicit=True)
    if dataset.sha256 != config["data"]["sha256"]:
        raise UserError(
            f"{dataset.source}: not the data that {run.path} was trained on; give "
            "its place with --data"
        )
    config["settings"] = replace(settings, epochs=epochs)
    config["versions"] |= packages.versions(options.package)
    return run, config, dataset


def _place(path):
    """A run as it is typed, never taken for an option or for the newest run."""
    name = str(path)
    special = name[0] == "-" or name in ("latest", "pretrained")
    return typed(f".{os.sep}{name}" if special else name)
