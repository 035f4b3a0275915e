"""Write a page to walk through the latent space, with all that it takes inside."""

import numpy as np

from common import UserError, files, packages, runs
from common.commands import use
from tools.pages import explorer

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
        use.add_data(parser)


def run(options, estimator, dataset, stem):
    """Write the page -> path."""
    shown = [_shown(options.run, estimator)]
    if options.beside:
        shown.append(_shown(options.beside, _beside(options.beside, estimator)))
    codes, labels = _codes(estimator, dataset)
    page = explorer.build(shown, codes, labels).encode()
    path = stem.with_name(f"{stem.name}.html")
    files.write(path, page)
    print(f"page   {len(page) / 1e6:.2f} MB; open it in a browser")
    return [path]


def _shown(path, estimator):
    """The model of a run, under the name of its folder."""
    run = runs.Run(runs.find(path, estimator))
    package = run.read_config().package
    return explorer.Shown(run.path.resolve().name, package, estimator)


def _beside(path, estimator):
    """The model of RUN2, of the same model or of another one."""
    run = runs.Run(runs.find(path, estimator))
    config = run.read_config()
    settings, cls = config.settings, type(estimator)
    if settings.name != estimator.name:
        package = config.package
        if package not in packages.every():
            raise UserError(f"{run.path}: trained by {package!r}, which is not here")
        cls = packages.estimator(package)
    sizes = settings.latent_dim, estimator.settings_.latent_dim
    if sizes[0] != sizes[1]:
        raise UserError(
            f"{run.path}: its z has {sizes[0]} values, the other's {sizes[1]}; only "
            "decoders of the same z can be compared"
        )
    ways = settings.binarize, estimator.settings_.binarize
    if "static" in ways and ways[0] != ways[1]:
        raise UserError(
            f"{run.path}: a run with --binarize {ways[0]}, the other has {ways[1]}; "
            "what was drawn once and for all is not shown beside what was not"
        )
    if config.pixels != 784:
        raise UserError(f"{run.path}: a model of {config.pixels} pixels, not 784")
    return cls.load(run.path)


def _codes(estimator, dataset):
    """Codes and labels of the test images; none if nothing encodes.  (N, Z), (N,)

    All are of the class `?` where there are no labels.
    """
    if dataset is None:
        width = estimator.settings_.latent_dim
        return np.zeros((0, width), np.float32), np.zeros(0, np.int64)
    X, labels = dataset.test_images, dataset.test_labels
    labels = np.full(len(X), "?") if labels is None else labels
    return estimator.transform(X), labels
