"""Write one HTML file in which to explore the latent space."""

import base64
import json
from pathlib import Path

import numpy as np

from common import UserError, files, packages, runs
from tools import lessons, use
from tools.pages import base

FILES = ".html"
NAME = "explorer"
PAGE = Path(__file__).parent / "pages" / "explorer"
SCRIPTS = ("network.js", "map.js", "pad.js", "explorer.js")
BYTES = {1: 2_350_000, 2: 3_850_000}  # that one model, or two, and their codes may take
AXES = 10  # principal ones that the menus offer


def add_options(parser, model):
    """Whose decoder stands beside, which images are mapped."""
    beside = "another run, of any model, whose decoder is shown beside for the same z"
    parser.add_argument("beside", metavar="RUN2", nargs="?", help=beside)
    if model.words.encodes:
        parser.add_argument("--data", metavar="SOURCE", help=use.DATA)


def run(options, estimator, dataset, stem):
    """Write the page -> path."""
    shown = []
    for place in filter(None, (options.run, options.beside)):
        run = runs.Run(runs.find(place, estimator))
        config = run.read_config()
        model = estimator if place == options.run else _beside(run, config, estimator)
        shown.append(Shown(run.path.resolve().name, config.package, model))
    codes, labels = np.zeros((0, estimator.settings_.latent_dim), np.float32), None
    if dataset:
        labels, codes = dataset.test_labels, estimator.transform(dataset.test_images)
    labels = np.full(len(codes), "?") if labels is None else labels
    page = build(shown, codes, labels).encode()
    path = stem.with_name(f"{stem.name}.html")
    files.write(path, page)
    print(f"page   {len(page) / 1e6:.2f} MB; open it in a browser")
    return [path]


def _beside(run, config, estimator):
    """The model of RUN2, of the same model or of another one."""
    other, own = config.settings.latent_dim, estimator.settings_.latent_dim
    if other != own:
        sizes = f"its z has {other} values, the other's {own}"
        raise UserError(f"{run.path}: {sizes}; both must decode the same z")
    same = config.settings.name == estimator.name  # whichever framework trained it
    kind = type(estimator) if same else packages.estimator(config.package)
    return kind.load(run.path)


class Shown:
    """A trained model, by the names that the page gives it, and what it lists of it."""

    def __init__(self, name, package, estimator):
        self.name, self.package = map(base.printable, (name, package))
        self.estimator, settings = estimator, estimator.settings_
        layers = "-".join(map(str, settings.layers(784)))
        self.settings = {"package": self.package, "layers": layers}
        self.settings |= settings.parameters()
        self.settings["hidden"] = ", ".join(map(str, settings.hidden)) or "none"


def build(shown, codes, labels):
    """The page of one model, or of two with codes of one size.  (N, Z), (N,) -> HTML

    The codes are those of the first model that encodes, or none.
    """
    models = [_model(one) for one in shown]
    room = BYTES[len(shown)] - len(json.dumps(models))
    size = (2 * codes.shape[1] + 2) * 4 / 3  # of a code and its class, in base64
    count = min(len(codes), max(500, int(room / size)))
    style, *scripts = (
        (PAGE / name).read_text(encoding="utf-8") for name in ("explorer.css", *SCRIPTS)
    )
    return base.page(
        "pages/explorer/explorer.html",
        style,
        "".join(scripts),
        title=f"A latent space to walk in: {' beside '.join(s.name for s in shown)}",
        shown=shown,
        count=count,
        total=len(codes),
        models=models,
        space=_space(shown[0].estimator, codes[:count], labels[:count]),
    )


def _model(one):
    """What the page must know of a model: its layers, and the weights of these."""
    settings, state = one.estimator.settings_, one.estimator.state()
    networks = _networks(settings, state)
    names = [name for layers in networks.values() for name, _ in layers]
    names += [name.replace("W", "b", 1) for name in names]
    return {
        "name": f"{one.name} ({one.package})",
        "binarize": settings.binarize,
        "draws": "sample" in settings.words.draws,
        "networks": networks,
        "weights": {name: _halves(state[name]) for name in dict.fromkeys(names)},
    }


def _networks(settings, state):
    """What the page computes: name -> its layers, [(weights, activation), ...]"""
    networks = {}
    for network, (prefix, last, end) in lessons.of(settings.name).NETWORKS.items():
        hidden = [n for n in state if n.startswith(f"{prefix}_W") and n != last]
        layers = [(name, settings.activation) for name in hidden]
        networks[network] = [*layers, (last, end or settings.activation)]
    return networks


def _space(estimator, codes, labels):
    """What the page must know of the latent space.  (N, Z), (N,)"""
    from common import figures  # slower than `--help` should be

    prior, width = estimator.words.has_prior, codes.shape[1]
    axes, shares = figures.principal_axes(codes.astype(np.float64))
    names = [f"z{i}" for i in range(1, width + 1)]
    if shares is not None:
        shares = enumerate(shares, 1)
        names = [f"axis {i} ({share:.0%} of the variance)" for i, share in shares]
    classes, numbers = np.unique(labels, return_inverse=True)
    return {
        "prior": prior,
        "center": np.zeros(width).tolist() if prior else codes.mean(axis=0).tolist(),
        "axes": axes[:AXES].round(6).tolist(),
        "names": names[:AXES],
        "codes": _halves(codes),
        "classes": [str(label) for label in classes],  # beyond 2**53, too
        "classOf": _base64(numbers.astype("<u2")),
    }


def _halves(array):
    """float16, in base64.  UserError for what is too large."""
    if np.abs(array).max(initial=0) >= 65_520:  # which rounds to infinity
        larger = "weights or codes beyond 65,504, the largest float16"
        raise UserError(f"{larger}, cannot be shown")
    return _base64(array.astype("<f2"))


def _base64(array):
    return base64.b64encode(np.ascontiguousarray(array)).decode()
