"""What a training command does: start or resume a run, train, draw, report."""

import contextlib
import importlib
import platform
import shlex
import shutil
import sys
import time
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path

from common import UserError, data, parameters, report, runs, training
from common.settings import KINDS, Position, Settings, default_epochs, kind_of

FREE = {"package", "beside", "resume", "epochs", "data", "quiet"}  # with --resume


def estimator(package):
    """The class that a package exports.  Imports its framework, which takes seconds."""
    return getattr(importlib.import_module(package), KINDS[kind_of(package)].estimator)


def train(options):
    """Do what the options ask for -> exit status.  UserError for a mistake."""
    prepare = _resume if "resume" in options else _start
    run, config, dataset = prepare(options)
    settings, images = config["settings"], dataset.train_images
    if settings.batch_size > len(images):
        raise UserError(
            f"--batch-size {settings.batch_size} is more than there are training "
            f"images; choose {len(images)} or less"
        )
    quiet = "quiet" in options
    table = report.Table(settings, quiet)
    table.head(dataset, parameters.initial(settings, images))
    given = settings.parameters()
    model = estimator(options.package)(**given).begin(settings, images, quiet)
    run = run or runs.Run(_new_folder(options.package))
    try:
        return _train_in(run, config, model, dataset, options)
    finally:
        run.unlock()


def _train_in(run, config, model, dataset, options):
    """Train in a run's folder, draw, report -> exit status."""
    quiet = "quiet" in options
    if "resume" in options:
        run.open()
        start = run.restore(model)
    else:
        run.create("overwrite" in options)
        start = [], Position()
    run.write_config(config)
    table = report.Table(model.settings_, quiet)
    table.columns(run)
    command = f"{_python()} -m {options.package}"
    try:
        history = training.train(model, dataset, run, start, table.row, quiet)
        drawn = _draw(model, dataset, history, options.beside, quiet)
        for name, figure in drawn.items():
            runs.write_figure(run.figures / name, figure)
    except (training.Interrupted, KeyboardInterrupt):
        resume = f"{command}.train --resume {shlex.quote(str(run.path))}"
        print(f"interrupted; go on with: {resume}", file=sys.stderr)
        return 130
    table.foot(run, history, drawn)
    print(f"next: {command}{_next(model.settings_)}")
    return 0


def _draw(model, dataset, history, beside, quiet):
    """Every figure that suits the model -> file name: Figure."""
    from common import figures

    if not beside:
        return figures.variational(model, dataset, history)
    vae = estimator(beside)()
    panel = figures.vae_panel(vae, dataset, model.settings_, quiet)
    return figures.autoencoder(model, dataset, history, panel)


def _next(settings):
    """What to try after this run, and why."""
    data = "" if settings.data == "mnist" else f" --data {shlex.quote(settings.data)}"
    if settings.model == "autoencoder":
        return f".bottleneck{data}   (how few numbers are enough?)"
    if settings.latent_dim == 2:
        return " interpolate latest --from 3 --to 17   (from one image to another)"
    return f".train{data} --latent-dim 2   (a map of the images: manifold.png)"


def _start(options):
    """A new run (None: choose its folder once it can start), its config, its data."""
    model = kind_of(options.package)
    given = {"model": model, **KINDS[model].defaults, **vars(options)}
    source, dataset = data.load_or_digits(given["data"], explicit="data" in options)
    images = len(dataset.train_images)
    epochs = given.get("epochs", default_epochs(images))
    given |= {"data": source, "epochs": epochs, "hidden": tuple(given["hidden"])}
    settings = Settings(**{f.name: given[f.name] for f in fields(Settings)})
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
        "versions": {"python": platform.python_version()} | _versions(options.package),
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


def _resume(options):
    """The run of --resume, its config with the epochs now wanted, its data."""
    fixed = set(vars(options)) - FREE
    if fixed:
        name = "--" + sorted(fixed)[0].replace("_", "-")
        raise UserError(
            f"{name} cannot be given with --resume: a run keeps its options"
        )
    model = kind_of(options.package)
    run = runs.Run(runs.find(options.resume, model))
    config = run.read_config(model)
    settings = config["settings"]
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
    config["versions"] |= _versions(options.package)
    return run, config, dataset


def _versions(package):
    """The versions of NumPy and of what the package computes with."""
    libraries = ["numpy", *importlib.import_module(package).LIBRARIES]
    return {name: version(name) for name in libraries}


def _python():
    """How to type the interpreter that runs this program."""
    found = shutil.which("python")
    if found and Path(found) == Path(sys.executable):
        return "python"
    executable = Path(sys.executable)
    if executable.is_relative_to(Path.cwd()):
        return str(executable.relative_to(Path.cwd()))
    return str(executable)
