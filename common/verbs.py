"""`python -m PACKAGE VERB RUN`: what can be done with a trained model."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common import UserError, cli, data, program, runs, training
from common.settings import ARRAY, KINDS, kind_of

MOST = 200  # images and their reconstructions in a picture
TITLES = {
    "elbo": "ELBO = log p(x|z) - KL",
    "log_likelihood": "  log p(x|z)",
    "kl": "  KL(q(z|x) || p(z))",
    "mse": "mean squared error",
    "importance_sampled": "log p(x), {samples:,} importance samples",
}
OUTPUT = "what to write, or the folder for it (default: the run's folder): NAME"
DATA = "whose test images to take, as for training (default: the run's own data)"
DRAW = (
    "mean: give the pixel probabilities; sample: draw the pixels from them, and before "
    "that the code of a given image from q(z|x) (default: mean)"
)
SEED = "of what is drawn (default: 0)"
IMAGES = "numbers of test images, from 0"
IMAGE = "number of a test image, from 0"
SAMPLES = "draws of z for each image's log p(x) (default: 500)"


def main(package, argv=None):
    """Run `python -m PACKAGE VERB RUN` -> exit status: 0, 2 (a mistake), 130."""
    options = _parser(package).parse_args(argv)
    return cli.answer(_run, package, options)


def _run(package, options):
    """Load the model and call the verb, which writes files -> exit status 0."""
    model_name = kind_of(package)
    run = runs.Run(runs.find(options.run, model_name))
    config = run.read_config(model_name)  # before the framework is imported
    stem = _stem(options, run)
    dataset = _dataset(options, config) if "data" in options else None
    model = program.estimator(package).load(run.path)
    if model.n_features_in_ != 784:
        raise UserError(
            f"{run.path}: a model of {model.n_features_in_} pixels; from the shell, "
            "images have 784 (use its class in Python)"
        )
    stem.parent.mkdir(parents=True, exist_ok=True)
    files = options.act(options, model, dataset, stem)
    print(f"run    {run.path}\nfiles  {', '.join(map(str, files))}")
    return 0


def _dataset(options, config):
    source = options.data or config["settings"].data
    if source == ARRAY:
        raise UserError("this model was fitted in Python; name its images with --data")
    _, dataset = data.load_or_digits(source, explicit=True)
    none = {"train_images": dataset.train_images[:0].copy(), "train_labels": None}
    return replace(dataset, **none)  # what is not needed takes no memory


def _stem(options, run):
    """Where to write: a path without an ending.  UserError for a run's own file."""
    stem = options.output or run.path
    if stem.is_dir():
        stem /= options.name
    if stem.suffix in (".png", ".npz", ".csv", ".json"):
        stem = stem.with_suffix("")
    inside = runs.Run(stem.parent).config_path.exists()
    if inside and stem.name in ("config", "checkpoint", "history"):
        raise UserError(f"{stem}: the run's own file; choose another --output")
    return stem


def _images(dataset, numbers):
    """Test images by their numbers, scaled.  -> (N, 784) in [0, 1], (N,)"""
    last = len(dataset.test_images) - 1
    for number in numbers:
        if number > last:
            raise UserError(
                f"there is no test image {number}; they have the numbers 0 to {last}"
            )
    X = np.divide(dataset.test_images[numbers], 255, dtype=np.float32)
    return X, dataset.test_labels[numbers]


def _write(stem, figure=None, **arrays):
    """STEM.npz, and STEM.png if there is a figure -> their paths."""
    files = [stem.with_name(f"{stem.name}.npz")]
    runs.write_arrays(files[0], **arrays)
    if figure:
        files.append(stem.with_name(f"{stem.name}.png"))
        runs.write_figure(files[1], figure)
    return files


def reconstruct(options, model, dataset, stem):
    """Reproduce test images: the input above, the reconstruction below."""
    from common import figures

    numbers = options.images
    if numbers is None:
        count = options.per_class or 1
        numbers = figures.first_of_each_class(dataset.test_labels, count)
    if len(numbers) > MOST:
        raise UserError(f"{len(numbers)} images are too many to draw; take {MOST}")
    X, labels = _images(dataset, numbers)
    made = model.reconstruct(X, options.draw, options.seed)
    figure = figures.reconstructions(model, X, made, labels, options.draw)
    arrays = {"images": numbers, "labels": labels, "input": model.seen(X)}
    return _write(stem, figure, **arrays, reconstruction=made)


def encode(options, model, dataset, stem):
    """Map the test images to the latent space: a table, and a picture of it."""
    from common import plots

    X, labels = _images(dataset, np.arange(len(dataset.test_images)))
    batches = tqdm(training.split(X, 1000), "encoding", leave=False, disable=None)
    parts = [model.encode(batch) for batch in batches]
    arrays = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    columns = [f"{n}_{i}" for n, a in arrays.items() for i in range(1, a.shape[1] + 1)]
    lines = [",".join(["label", *columns])]
    for label, row in zip(labels, np.hstack([*arrays.values()]), strict=True):
        lines.append(",".join([str(label), *(f"{value:.6f}" for value in row)]))
    table = stem.with_name(f"{stem.name}.csv")
    runs.write(table, "\n".join([*lines, ""]).encode())
    codes = "codes z" if model.model == "autoencoder" else "means of q(z|x)"
    figure = plots.latent(next(iter(arrays.values())), labels, codes)
    return [table, *_write(stem, figure, labels=labels, **arrays)]


def sample(options, model, dataset, stem):
    """Draw new images: decode random codes, or the point --z."""
    from common import plots

    rng = np.random.default_rng(options.seed)
    if options.z is None:
        z = model.random_codes(options.count or 64, rng)
        title = f"{len(z)} random codes, decoded:\n{model.random_code}"
    else:
        z = np.array([options.z], np.float32)
        title = f"z = ({', '.join(f'{value:g}' for value in options.z[:8])}), decoded"
    wanted = model.settings_.latent_dim
    if z.shape[1] != wanted:
        raise UserError(f"--z has {z.shape[1]} values; this model's z has {wanted}")
    made = model.decode(z, options.draw, rng)
    unit = "p(x = 1|z)" if options.draw == "mean" else "pixels drawn from p(x|z)"
    return _write(stem, plots.samples((title, made), unit=unit), z=z, images=made)


def interpolate(options, model, dataset, stem):
    """Walk from one test image to another, straight through the latent space."""
    from common import plots

    X, labels = _images(dataset, [options.start, options.end])
    ends = model.transform(X)
    shares = np.linspace(0, 1, options.steps, dtype=np.float32)
    z = ends[0] + shares[:, None] * (ends[1] - ends[0])
    made = model.inverse_transform(z)
    figure = plots.interpolation(made, shares, model.seen(X), labels)
    return _write(stem, figure, share=shares, z=z, images=made)


def evaluate(options, model, dataset, stem):
    """Measure the model on the test images, with the standard error over them."""
    X, _ = _images(dataset, np.arange(len(dataset.test_images)))
    print(f"{len(X):,} test images of {dataset.name}\n", flush=True)
    names = model.settings_.kind.measures
    measures = dict(zip(names, model.measures(X), strict=True))
    samples = getattr(options, "samples", 0)
    if samples:
        draws = model.log_likelihood(X, samples, progress=True)
        measures["importance_sampled"] = draws
    result = {"data": dataset.name, "images": len(X), "samples": samples}
    for name, values in measures.items():
        mean = values.mean(dtype=np.float64)
        spread = values.std(dtype=np.float64, ddof=len(values) > 1)
        error = spread / np.sqrt(len(values))
        result[name] = {"mean": mean, "standard_error": error}
        unit = "per pixel" if name == "mse" else "nats per image"
        figures = "{:9.5f} +- {:.5f}" if name == "mse" else "{:9.2f} +- {:.2f}"
        title = TITLES[name].format(samples=samples)
        print(f"{title:35}{figures.format(mean, error)} {unit}")
    print()
    path = stem.with_name(f"{stem.name}.json")
    runs.write(path, json.dumps(result, indent=2).encode() + b"\n")
    return [path]


def _parser(package):
    """Every verb of a package with its options."""
    kind = KINDS[kind_of(package)]
    parser = cli.Parser(
        prog=f"python -m {package}",
        description=f"Use {kind.title} that was trained, in whichever framework. "
        f"`python -m {package}.train` trains one.",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True, dest="verb")
    whole = cli.number(int, 0, 2**63 - 1, "whole number from 0 to 2**63 - 1")
    count = cli.number(int, 1, 10**6, "whole number from 1 to 1,000,000")

    def verb(act, files, name=None):
        text = act.__doc__.splitlines()[0]
        sub = verbs.add_parser(act.__name__, help=text, description=text)
        sub.set_defaults(act=act, name=name or act.__name__)
        sub.add_argument("run", metavar="RUN", help="folder of the run, or: latest")
        sub.add_argument("--output", metavar="NAME", type=Path, help=OUTPUT + files)
        return sub

    def add_data(sub):
        sub.add_argument("--data", metavar="SOURCE", help=DATA)

    def add_draw(sub):
        choices = ["mean", "sample"]
        sub.add_argument("--draw", choices=choices, default="mean", help=DRAW)
        sub.add_argument("--seed", metavar="N", type=whole, default=0, help=SEED)

    sub = verb(reconstruct, ".png and .npz")
    images = sub.add_mutually_exclusive_group()
    images.add_argument("--images", metavar="I", nargs="+", type=whole, help=IMAGES)
    images.add_argument(
        "--per-class",
        metavar="N",
        type=count,
        help="or the first N of each class (default: 1)",
    )
    add_data(sub)
    add_draw(sub)

    add_data(verb(encode, ".csv, .npz and .png"))

    sub = verb(sample, ".png and .npz")
    what = sub.add_mutually_exclusive_group()
    what.add_argument(
        "--count",
        metavar="N",
        type=cli.number(int, 1, 10_000, "whole number from 1 to 10,000"),
        help="images (default: 64)",
    )
    finite = cli.number(float, -1e6, 1e6, "number from -1e6 to 1e6")
    what.add_argument(
        "--z", metavar="Z", nargs="+", type=finite, help="decode this point instead"
    )
    add_draw(sub)

    sub = verb(interpolate, ".png and .npz")
    for name, target in (("--from", "start"), ("--to", "end")):
        sub.add_argument(
            name, dest=target, metavar="I", type=whole, required=True, help=IMAGE
        )
    sub.add_argument(
        "--steps",
        metavar="N",
        type=cli.number(int, 2, 100, "whole number from 2 to 100"),
        default=10,
        help="images on the way, both ends included (default: 10)",
    )
    add_data(sub)

    sub = verb(evaluate, ".json", "metrics")
    if kind.noisy:
        sub.add_argument(
            "--samples", metavar="N", type=count, default=500, help=SAMPLES
        )
    add_data(sub)
    return parser
