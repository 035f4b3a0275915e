"""What a training command does: start or resume a run, train, draw, report."""

import platform
import shutil
import statistics
import sys
import time
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path

from common import UserError, data, download, parameters, runs, training
from common.training import Settings

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
    run, settings, dataset = prepare(package, libraries, options)
    command = f"{_python()} -m {package}.train"
    quiet = "quiet" in options
    table = Table(settings, quiet)
    initial = parameters.vae(
        dataset.train_images,
        settings.hidden,
        settings.latent_dim,
        settings.activation,
        settings.seed,
    )
    table.head(run, dataset, initial)
    model = build(initial, settings.activation)
    try:
        history = training.train(model, dataset, settings, run, table.row, quiet)
    except training.Interrupted:
        message = f"interrupted and saved; go on with: {command} --resume {run.path}"
        print(message, file=sys.stderr)
        return 130
    figures = draw(model, dataset, settings, history, run)
    table.foot(run, history, figures)
    if settings.latent_dim == 2:
        print(f"next: {command} --resume {run.path} --epochs {2 * settings.epochs}")
    else:
        print(f"next: {command} --latent-dim 2   (digits as a map: manifold.png)")
    return 0


def _start(package, libraries, options):
    """A new run, in a folder of its own."""
    given = {**DEFAULTS, **vars(options)}
    source, dataset = _load(given["data"], explicit="data" in options)
    images = len(dataset.train_images)
    epochs = given.get("epochs", training.default_epochs(images))
    given |= {"data": source, "epochs": epochs, "hidden": tuple(given["hidden"])}
    settings = Settings(**{f.name: given[f.name] for f in fields(Settings)})
    if settings.batch_size > images:
        raise UserError(
            f"--batch-size {settings.batch_size} is more than the {images} training "
            f"images; choose {images} or less"
        )
    path = given.get("out", Path("runs", package, time.strftime("%Y-%m-%d_%H-%M-%S")))
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
    return runs.Run.create(path, config, "overwrite" in options), settings, dataset


def _load(source, explicit):
    """Load the data; instead of MNIST by default, the digits -> their source, they."""
    try:
        dataset = data.load(source)
    except download.UnreachableError as error:
        if explicit:
            raise
        print(f"note: {error}\ngoing on with digits, which scikit-learn bundles")
        return "digits", data.load("digits")
    return source if source in ("mnist", "digits") else dataset.source, dataset


def _resume(package, libraries, options):
    """The run of --resume, with its own settings and data."""
    fixed = set(vars(options)) - {"resume", "epochs", "data", "quiet"}
    if fixed:
        name = "--" + sorted(fixed)[0].replace("_", "-")
        raise UserError(
            f"{name} cannot be given with --resume: a run keeps its options"
        )
    run = runs.Run.open(options.resume)
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
    if epochs > settings.epochs:
        settings = replace(settings, epochs=epochs)
        run.write_config({**config, "settings": settings})
    return run, settings, dataset


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

    def head(self, run, dataset, initial):
        """Print what is trained, on what, and where the results go."""
        if self.quiet:
            return
        s = self.settings
        images = f"{len(dataset.train_images):,} + {len(dataset.test_images):,} images"
        sizes = [784, *s.hidden, s.latent_dim, *reversed(s.hidden), 784]
        layers = "-".join(map(str, sizes))
        count = sum(array.size for array in initial.values())
        print(
            f"data   {dataset.name}, from {dataset.source}: {images}\n"
            f"model  {layers}, {s.activation}: {count:,} parameters\n"
            f"run    {run.path}\n\n"
            "  epoch  train ELBO  test ELBO = log-likelihood - KL   seconds",
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
            f"{row['test_log_likelihood']:14.2f} - {row['test_kl']:5.2f}  "
            f"{row['seconds']:7.2f}",
            flush=True,
        )

    def foot(self, run, history, figures):
        """Print the result of the run and where its pictures are."""
        last = history[-1]
        seconds = statistics.median(row["seconds"] for row in history)
        print(
            f"\ntest ELBO {last['test_elbo']:.2f} nats per image = log-likelihood "
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
