"""Write one HTML file in which to explore the latent space."""

import numpy as np

from common import UserError, files, packages, runs
from common.commands import use

FILES = ".html"
NAME = "explorer"


def add_options(parser, model):
    """Whose decoder stands beside, which images are mapped."""
    parser.add_argument(
        "beside",
        metavar="RUN2",
        nargs="?",
        help="another run, of any model, whose decoder is shown beside for the same z",
    )
    if model.words.encodes:
        parser.add_argument("--data", metavar="SOURCE", help=use.DATA)


def run(options, estimator, dataset, stem):
    """Write the page -> path."""
    from tools.pages import explorer  # slower than `--help` should be

    shown = []
    for place in filter(None, (options.run, options.beside)):
        run = runs.Run(runs.find(place, estimator))
        config = run.read_config()
        model = estimator if place == options.run else _beside(run, config, estimator)
        name = run.path.resolve().name
        shown.append(explorer.Shown(name, config.package, model))
    if dataset is None:  # nothing encodes
        codes, labels = np.zeros((0, estimator.settings_.latent_dim), np.float32), []
    else:
        codes = estimator.transform(dataset.test_images)
        labels = dataset.test_labels
        labels = np.full(len(codes), "?") if labels is None else labels
    page = explorer.build(shown, codes, np.asarray(labels)).encode()
    path = stem.with_name(f"{stem.name}.html")
    files.write(path, page)
    print(f"page   {len(page) / 1e6:.2f} MB; open it in a browser")
    return [path]


def _beside(run, config, estimator):
    """The model of RUN2, of the same model or of another one."""
    if config.package not in packages.every():
        raise UserError(f"{run.path}: trained by {config.package!r}, which is not here")
    settings, own = config.settings, estimator.settings_
    if settings.latent_dim != own.latent_dim:
        raise UserError(
            f"{run.path}: its z has {settings.latent_dim} values, the other's "
            f"{own.latent_dim}; only decoders of the same z can be compared"
        )
    ways = settings.binarize, own.binarize
    if "static" in ways and ways[0] != ways[1]:
        raise UserError(
            f"{run.path}: a run with --binarize {ways[0]}, the other has {ways[1]}; "
            "what was drawn once and for all is not shown beside what was not"
        )
    if config.pixels != 784:
        raise UserError(f"{run.path}: a model of {config.pixels} pixels, not 784")
    if settings.name == estimator.name:
        return type(estimator).load(run.path)
    return packages.estimator(config.package).load(run.path)
