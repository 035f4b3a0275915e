"""What a training command does: start or resume a run, train, draw, report."""

import contextlib
import platform
import shlex
import shutil
import statistics
import sys
import time
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path

from common import UserError, data, download, parameters, runs, training
from common.settings import Position, Settings, default_epochs

DEFAULTS = {
    "data": "mnist",
    "batch_size": 128,
    "hidden": (400,),
    "latent_dim": 20,
    "activation": "relu",
    "learning_rate": 0.003,
    "binarize": "dynamic",
    "seed": 0,
}


def train(package, libraries, build, options):
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
    table = Table(settings, quiet)
    initial = initial_parameters(dataset, settings)
    table.head(dataset, initial)
    model = build(initial, settings.activation, quiet)
    if "resume" in options:
        start = run.restore(model)
    else:
        run = run or runs.Run(_new_folder(package))
        run.create("overwrite" in options)
        start = [], Position()
    run.write_config(config)
    table.columns(run)
    command = f"{_python()} -m {package}.train"
    try:
        history = training.train(model, dataset, settings, run, start, table.row, quiet)
        figures = draw(model, dataset, settings, history, run)
    except (training.Interrupted, KeyboardInterrupt):
        resume = f"{command} --resume {shlex.quote(str(run.path))}"
        print(f"interrupted; go on with: {resume}", file=sys.stderr)
        return 130
    table.foot(run, history, figures)
    print(f"next: {command} {_next_options(settings)}")
    return 0


def initial_parameters(dataset, settings):
    """The weights that a run with these settings starts from."""
    return parameters.vae(
        dataset.train_images,
        settings.hidden,
        settings.latent_dim,
        settings.activation,
        settings.seed,
    )


def _next_options(settings):
    """What to try after this run, and why."""
    data = "" if settings.data == "mnist" else f"--data {shlex.quote(settings.data)} "
    if settings.latent_dim == 2:
        return f"{data}--latent-dim 2 --hidden 400 400   (a finer map)"
    return f"{data}--latent-dim 2   (a map of the images: manifold.png)"


def _start(package, libraries, options):
    """A new run (None: choose its folder once it can start), its config, its data."""
    given = {**DEFAULTS, **vars(options)}
    source, dataset = _load(given["data"], explicit="data" in options)
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


def _load(source, explicit):
    """Load the data; instead of MNIST by default, the digits -> their source, they."""
    try:
        dataset = data.load(source)
    except download.UnreachableError as error:
        if explicit:
            raise UserError(
                f"{error}; set MNIST_PATH to a copy or use --data digits"
            ) from None
        print(f"note: {error}; training on the digits that scikit-learn bundles")
        return "digits", data.load("digits")
    return source if source in ("mnist", "digits") else dataset.source, dataset


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


class Table:
    """What a training run prints to standard output."""

    def __init__(self, settings, quiet):
        self.settings = settings
        self.quiet = quiet
        self.every = max(1, settings.epochs // 25)  # print at most about 25 rows

    def head(self, dataset, initial):
        """Print what is trained, and on what."""
        if self.quiet:
            return
        s = self.settings
        images = f"{len(dataset.train_images):,} + {len(dataset.test_images):,} images"
        sizes = [784, *s.hidden, s.latent_dim, *reversed(s.hidden), 784]
        layers = "-".join(map(str, sizes))
        count = sum(array.size for array in initial.values())
        print(
            f"data   {dataset.name}, from {dataset.source}: {images}\n"
            f"model  {layers}, {s.activation}: {count:,} parameters",
            flush=True,
        )

    def columns(self, run):
        """Print where the results go, and the names of the columns of row()."""
        if not self.quiet:
            print(
                f"run    {run.path}\n\n"
                "  epoch  train ELBO  test ELBO = log p(x|z) - KL     seconds",
                flush=True,
            )

    def row(self, row):
        """Print an epoch's result, in nats per image."""
        last = row["epoch"] == self.settings.epochs
        if self.quiet or (row["epoch"] % self.every and not last):
            return
        epoch = f"{row['epoch']}/{self.settings.epochs}"
        print(
            f"{epoch:>7}  {row['train_elbo']:10.2f}  {row['test_elbo']:9.2f} = "
            f"{row['test_log_likelihood']:10.2f} - {row['test_kl']:5.2f}  "
            f"{row['seconds']:7.2f}",
            flush=True,
        )

    def foot(self, run, history, figures):
        """Print the result of the run and where its pictures are."""
        last = history[-1]
        seconds = statistics.median(row["seconds"] for row in history)
        print(
            f"\ntest ELBO {last['test_elbo']:.2f} nats per image = log p(x|z) "
            f"{last['test_log_likelihood']:.2f} - KL {last['test_kl']:.2f}\n"
            f"{last['epoch']} epochs, {seconds:.2f} seconds each (median)\n"
            f"pictures: {', '.join(figures)} in {run.figures}"
        )


def draw(model, dataset, settings, history, run):
    """Draw every figure that suits the model -> their names."""
    from common import plots

    figures = plots.training_figures(model, dataset, settings, history)
    for name, figure in figures.items():
        plots.save(figure, run.figures / name)
    return list(figures)
