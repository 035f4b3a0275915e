"""What a training command does: start or resume a run, train, draw, report."""

import contextlib
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


def train(package, libraries, build, build_vae, options):
    """Do what the options ask for -> exit status.  UserError for a mistake."""
    prepare = _resume if "resume" in options else _start
    run, config, dataset = prepare(package, libraries, options)
    settings = config["settings"]
    if settings.batch_size > len(dataset.train_images):
        raise UserError(
            f"--batch-size {settings.batch_size} is more than there are training "
            f"images; choose {len(dataset.train_images)} or less"
        )
    quiet = "quiet" in options
    table = report.Table(settings, quiet)
    initial = parameters.initial(settings, dataset.train_images)
    table.head(dataset, initial)
    network = build(initial, settings.activation, quiet)
    if "resume" in options:
        start = run.restore(network, settings.kind.columns)
    else:
        run = run or runs.Run(_new_folder(package))
        run.create("overwrite" in options)
        start = [], Position()
    run.write_config(config)
    table.columns(run)
    command = f"{_python()} -m {package}"
    try:
        history = training.train(
            network, dataset, settings, run, start, table.row, quiet
        )
        figures = _draw(network, dataset, settings, history, build_vae, quiet)
        for name, figure in figures.items():
            runs.write_figure(run.figures / name, figure)
    except (training.Interrupted, KeyboardInterrupt):
        resume = f"{command}.train --resume {shlex.quote(str(run.path))}"
        print(f"interrupted; go on with: {resume}", file=sys.stderr)
        return 130
    table.foot(run, history, figures)
    print(f"next: {command}.{_next(settings)}")
    return 0


def _draw(network, dataset, settings, history, build_vae, quiet):
    """Every figure that suits the model -> file name: Figure."""
    from common import figures

    if settings.model == "vae":
        return figures.variational(network, dataset, settings, history)
    beside = figures.vae_panel(build_vae, dataset, settings, quiet)
    return figures.autoencoder(network, dataset, settings, history, beside)


def _next(settings):
    """What to try after this run, and why."""
    data = "" if settings.data == "mnist" else f" --data {shlex.quote(settings.data)}"
    if settings.model == "autoencoder":
        return f"bottleneck{data}   (how few numbers are enough?)"
    if settings.latent_dim == 2:
        return f"train{data} --latent-dim 2 --hidden 400 400   (a finer map)"
    return f"train{data} --latent-dim 2   (a map of the images: manifold.png)"


def _start(package, libraries, options):
    """A new run (None: choose its folder once it can start), its config, its data."""
    model = kind_of(package)
    given = {"model": model, **KINDS[model].defaults, **vars(options)}
    source, dataset = data.load_or_digits(given["data"], explicit="data" in options)
    images = len(dataset.train_images)
    epochs = given.get("epochs", default_epochs(images))
    given |= {"data": source, "epochs": epochs, "hidden": tuple(given["hidden"])}
    settings = Settings(**{f.name: given[f.name] for f in fields(Settings)})
    run = runs.Run(given["out"]) if "out" in given else None
    if run:
        run.check_free("overwrite" in options)
    names = ["python", "numpy", *libraries]
    config = {
        "package": package,
        "settings": settings,
        "data": {
            "name": dataset.name,
            "source": dataset.source,
            "training_images": images,
            "test_images": len(dataset.test_images),
            "sha256": dataset.sha256,
        },
        "versions": {
            name: platform.python_version() if name == "python" else version(name)
            for name in names
        },
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


def _resume(package, libraries, options):
    """The run of --resume, its config with the epochs now wanted, its data."""
    fixed = set(vars(options)) - {"resume", "epochs", "data", "quiet"}
    if fixed:
        name = "--" + sorted(fixed)[0].replace("_", "-")
        raise UserError(
            f"{name} cannot be given with --resume: a run keeps its options"
        )
    run = runs.Run(options.resume)
    run.open()
    config = run.read_config()
    settings = config["settings"]
    if settings.model != kind_of(package):
        raise UserError(
            f"{run.path}: a run of {settings.kind.title}; resume it with "
            f"python -m {config['package']}.train"
        )
    epochs = getattr(options, "epochs", settings.epochs)
    if epochs < settings.epochs:
        raise UserError(
            f"--epochs {epochs} is less than the run's {settings.epochs}; with "
            "--resume it may only rise"
        )
    dataset = data.load(getattr(options, "data", settings.data))
    if dataset.sha256 != config["data"]["sha256"]:
        raise UserError(
            f"{dataset.source}: not the data that {run.path} was trained on; give "
            "its place with --data"
        )
    config["settings"] = replace(settings, epochs=epochs)
    config["versions"] |= {name: version(name) for name in libraries}
    return run, config, dataset


def _python():
    """How to type the interpreter that runs this program."""
    found = shutil.which("python")
    if found and Path(found) == Path(sys.executable):
        return "python"
    executable = Path(sys.executable)
    if executable.is_relative_to(Path.cwd()):
        return str(executable.relative_to(Path.cwd()))
    return str(executable)
