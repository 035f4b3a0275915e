"""`python -m PACKAGE VERB RUN`: find the verb and the trained model, and go."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path

from common import UserError, files, packages, runs
from common.commands.command_line import Parser, answer, fail, print_notes
from common.images import data
from common.settings import ARRAY

PROGRAMS = ("train", "bottleneck")  # which some packages have beside the verbs
RUN = "folder of the run; or: latest; or: pretrained, a model that comes along"
OUTPUT = "what to write, or the folder for it (default: the run's folder): NAME"


def main(package, argv=None, others=()):
    """Run `python -m PACKAGE VERB RUN` -> exit status: 0, 2 (a mistake), 130.

    `others` are modules of verbs beside those that the model has here.
    """
    argv = sys.argv[1:] if argv is None else argv
    word = argv[0] if argv else None
    about = packages.model_of(package)
    if word in about.missing_verbs:
        return fail(about.missing_verbs[word])
    parser = _make_parser(package, others)
    if word in PROGRAMS and packages.has(package, word):
        parser.error(f"{word} is no verb; type python -m {package}.{word}")
    options = parser.parse_args(argv)
    return answer(_use, package, options)


def _make_parser(package, others):
    """Every verb of a package with its options, which stand beside its body."""
    about = packages.model_of(package)
    parser = Parser(
        prog=f"python -m {package}",
        description=f"Use {about.title} that was trained, in whichever framework. "
        f"`python -m {package}.train` trains one.",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True, dest="verb")
    own = [importlib.import_module(f"common.commands.{name}") for name in about.verbs]
    for command in (*own, *others):
        name = command.__name__.rpartition(".")[2]
        text = (command.__doc__ or name).splitlines()[0]  # none with python -OO
        verb = verbs.add_parser(name, help=text, description=text)
        verb.set_defaults(
            run_verb=command.run,
            name=getattr(command, "NAME", name),
            needs_training_images=getattr(command, "NEEDS_TRAINING_IMAGES", False),
        )
        verb.add_argument("run", metavar="RUN", help=RUN)
        output = OUTPUT + command.FILES
        verb.add_argument("--output", metavar="NAME", type=files.path, help=output)
        command.add_options(verb, about)
    return parser


def _use(package, options):
    """Load the model and call the verb, which writes files -> exit status 0."""
    about = packages.model_of(package)
    run = runs.Run(runs.find(options.run, about))
    config = run.read_config(about)  # before the framework is imported
    stem = _stem(options, run)
    dataset = _dataset(options, config, run) if "data" in options else None
    estimator = packages.estimator(package).load(run.path)
    if estimator.n_features_in_ != 784:
        raise UserError(
            f"{run.path}: a model of {estimator.n_features_in_} pixels; from the "
            "shell, images have 784 (use its class in Python)"
        )
    stem.parent.mkdir(parents=True, exist_ok=True)
    written = options.run_verb(options, estimator, dataset, stem)
    print(f"run    {run.path}\nfiles  {', '.join(map(str, written))}")
    return 0


def _dataset(options, config, run):
    settings = config["settings"]
    source = options.data or settings.data
    if source == ARRAY:
        raise UserError("this model was fitted in Python; name its images with --data")
    _, dataset = data.load_or_digits(source, explicit=True)
    dataset.check_binarize(settings.binarize, f"{run.path}: a run with --binarize")
    print_notes(dataset)
    if options.needs_training_images:
        return dataset
    none = {"train_images": dataset.train_images[:0].copy(), "train_labels": None}
    return replace(dataset, **none)  # what is not needed takes no memory


def _stem(options, run):
    """Where to write: a path without an ending.  UserError for a run's own file."""
    weights_alone = run.has_weights_alone()  # which came along: keep its folder clean
    folder = Path("runs", "pretrained") if weights_alone else run.path
    stem = options.output or folder / options.name
    if stem.is_dir():
        stem /= options.name
    if stem.suffix in (".png", ".npz", ".csv", ".json", ".html"):
        stem = stem.with_suffix("")
    inside = runs.Run(stem.parent).config_path.exists()
    if inside and stem.name in ("config", "checkpoint", "history", "weights"):
        raise UserError(f"{stem}: the run's own file; choose another --output")
    return stem
