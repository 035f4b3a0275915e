"""`python -m PACKAGE COMMAND RUN`: use a trained model.

Each command is a module with `add_options`, `run`, and the endings of its FILES.
"""

import importlib
import sys
from pathlib import Path

import numpy as np

from common import UserError, files, packages, runs
from common.commands import command_line
from common.config import ARRAY
from common.images import data
from common.settings import WHOLE

RUN = "folder of the run, or latest, or pretrained (a model of this project)"
OUTPUT = "what to write, or the folder for it (default: the run's folder): NAME"
DATA = "whose test images to take, as for training (default: the run's own data)"
DRAW = (
    "mean: show pixel probabilities; sample: draw the code of an image from q(z|x), "
    "then draw its pixels from p(x|z) (default: mean)"
)
RUN_FILES = ("config", "checkpoint", "history", "weights")


def main(package, argv=None):
    """Run `python -m PACKAGE COMMAND RUN` -> exit status: 0, 2 (a mistake), 130."""
    argv = (sys.argv[1:] if argv is None else argv) or [""]  # whose error lists them
    word, model = "".join(argv[:1]), packages.model_of(package)
    if word in model.words.missing_commands:
        return command_line.fail(model.words.missing_commands[word])
    parser = _make_parser(package, model)
    if word and (packages.ROOT / package / f"{word}.py").is_file():
        parser.error(f"type python -m {package}.{word}")
    return command_line.exit_status(_use, package, parser.parse_args(argv))


def _make_parser(package, model):
    """Every command of a package with its options, which stand beside its body."""
    parser = command_line.Parser(
        prog=f"python -m {package}",
        description=f"Use {model.words.title} that any of the frameworks "
        f"trained. `python -m {package}.train` trains one.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")
    modules = [f"tools.use.{name}" for name in model.words.commands]
    for module in map(importlib.import_module, [*modules, "tools.explore"]):
        name = module.__name__.rpartition(".")[2]
        text = (module.__doc__ or name).splitlines()[0]  # none with python -OO
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(module=module, stem=getattr(module, "NAME", name))
        add, output = command.add_argument, OUTPUT + module.FILES
        add("run", metavar="RUN", help=RUN)
        add("--output", metavar="NAME", type=files.path, help=output)
        command_line.add_device(command, package)
        module.add_options(command, model)
    return parser


def add_draw(parser, words):
    """Add --draw, where the model gives a choice, and --seed."""
    parser.set_defaults(draw=words.draws[0])
    if len(words.draws) > 1:
        parser.add_argument("--draw", choices=words.draws, help=DRAW)
    help = "random seed (default: 0)"  # noqa: A001
    parser.add_argument("--seed", metavar="N", type=WHOLE, default=0, help=help)


def _use(package, options):
    """Load the model and call the command, which writes files -> exit status 0."""
    model = packages.model_of(package)
    run = runs.Run(runs.find(options.run, model))
    config = run.read_config(model)  # before the framework is imported
    if config.pixels != 784:
        sizes = f"a model of {config.pixels} pixels; from the shell, images have 784"
        raise UserError(f"{run.path}: {sizes} (use its class in Python)")
    stem = _stem(options, run)
    dataset = _dataset(options, config, run) if "data" in options else None
    estimator = packages.estimator(package, options.device).load(run.path)
    stem.parent.mkdir(parents=True, exist_ok=True)
    from common.figures import style

    with style(), np.errstate(all="ignore"):  # numbers may be none, in any framework
        paths = options.module.run(options, estimator, dataset, stem)
    print(f"run    {run.path}\nfiles  {', '.join(map(str, paths))}")
    return 0


def _dataset(options, config, run):
    source = options.data or config.data
    if source == ARRAY:
        raise UserError("this model was fitted in Python; name its images with --data")
    _, dataset = data.load_or_digits(source, explicit=True)
    if not options.data:
        config.check_data(dataset, run.path)
    said = f"{run.path}: a run with --binarize"
    dataset.check_binarize(config.settings.binarize, said)
    command_line.print_notes(dataset)
    return dataset


def _stem(options, run):
    """Where to write: a path without an ending.  UserError for a run's own file."""
    folder = Path("runs", "pretrained") if run.has_weights_alone() else run.path
    stem = options.output or folder / options.stem
    if stem.is_dir():
        stem /= options.stem
    if stem.suffix in (".png", ".npz", ".csv", ".json", ".html"):
        stem = stem.with_suffix("")
    if stem.name in RUN_FILES and runs.Run(stem.parent).config_path.exists():
        raise UserError(f"{stem}: the run's own file; choose another --output")
    return stem


def test_images(dataset, numbers):
    """Test images by their numbers.  -> (N, 784) uint8, (N,) or None"""
    X, labels = dataset.test_images, dataset.test_labels
    if max(numbers) >= len(X):
        numbered = f"they have the numbers 0 to {len(X) - 1}"
        raise UserError(f"there is no test image {max(numbers)}; {numbered}")
    return X[numbers], None if labels is None else labels[numbers]


def write(stem, figure, **arrays):
    """STEM.npz, without arrays that are None, and STEM.png -> their paths."""
    npz, png = (stem.with_name(stem.name + ending) for ending in (".npz", ".png"))
    files.write_arrays(npz, **{k: a for k, a in arrays.items() if a is not None})
    files.write_figure(png, figure)
    return [npz, png]
