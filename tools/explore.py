"""Write one HTML file in which to explore the latent space."""

import base64
import io
import json
from collections import Counter
from pathlib import Path

import numpy as np

from common import UserError, files, packages, runs
from common.config import ARRAY
from tools import lessons, use
from tools.pages import base

FILES = ".html"
NAME = "explorer"
PAGE = Path(__file__).parent / "pages" / "explorer"
SCRIPTS = ("network.js", "map.js", "pad.js", "explorer.js")
BYTES = {  # that so many views, of so many models, and their codes may take
    (1, 1): 2_350_000,
    (1, 2): 3_850_000,
    (2, 2): 2_851_000,
}
AXES = 10  # principal ones that the menus offer
EXAMPLES = 20  # test images to pick
UNUSED = 0.05  # nats: a latent variable with a lower KL is hardly used
NAMES = {
    "mnist": "MNIST",
    "digits": "scikit-learn's digits",
    ARRAY: "images from Python",
}
STILL = 12  # decoded images along a side of the picture for browsers without JavaScript


def add_options(parser, model):
    """Whose decoder stands beside, which images are mapped."""
    beside = (
        "another run, of any model: its decoder is shown beside for the same z, or, if "
        "its z has another size, on a map of its own"
    )
    parser.add_argument("beside", metavar="RUN2", nargs="?", help=beside)
    if model.words.encodes:
        parser.add_argument("--data", metavar="SOURCE", help=use.DATA)


def run(options, estimator, dataset, stem):
    """Write the page -> path."""
    shown = []
    for place in filter(None, (options.run, options.beside)):
        run = runs.Run(runs.find(place, estimator))
        config = run.read_config()
        model = estimator if place == options.run else _load(run, config, estimator)
        name = place if place == "pretrained" else run.path.resolve().name
        shown.append(Shown(name, config.package, model, config.dataset.get("name")))
    X, labels = (dataset.test_images, dataset.test_labels) if dataset else (None, None)
    same = len({one.estimator.settings_.latent_dim for one in shown}) == 1
    views = [View(group, X, labels) for group in ([shown] if same else zip(shown))]
    path = stem.with_name(f"{stem.name}.html")
    here = path.name if path.parent.resolve() == packages.ROOT / "docs" else ""
    page = build(views, X, labels, dataset.name if dataset else "", here).encode()
    files.write(path, page)
    print(f"page   {len(page) / 1e6:.2f} MB; open it in a browser")
    return [path]


def _load(run, config, estimator):
    """The model of RUN2, in this framework if it can be."""
    same = config.settings.name == estimator.name  # whichever framework trained it
    if not same and config.package not in packages.every():
        raise UserError(f"{run.config_path}: there is no {config.package} here")
    kind = type(estimator) if same else packages.estimator(config.package)
    return kind.load(run.path)


class Shown:
    """A trained model, by the names that the page gives it, and what it lists of it."""

    def __init__(self, name, package, estimator, data=None):
        self.name, self.package = map(base.printable, (name, package))
        self.data = called(data or "unknown images")
        self.estimator, settings = estimator, estimator.settings_
        layers = "-".join(map(str, settings.layers(784)))
        self.settings = {"package": self.package, "layers": layers}
        self.settings |= settings.parameters()
        self.settings["hidden"] = ", ".join(map(str, settings.hidden)) or "none"


def called(data):
    """A data set as the page calls it."""
    return base.printable(NAMES.get(data, data))


class View:
    """Models that decode the same z, and the test images' codes by the first of them.

    `kl`: of each latent variable, its mean; of an autoencoder the variance.
    `measures`: of each test image, by their names.
    """

    def __init__(self, shown, images=None, labels=None):
        self.shown, first = list(shown), shown[0].estimator
        self.latent_dim = first.settings_.latent_dim
        self.codes, self.kl = np.zeros((0, self.latent_dim), np.float32), None
        self.measures, self.unused = {}, 0  # latent variables
        if images is not None and first.words.encodes:
            self.codes, *more = first.encode(images).values()
            self.kl = self.codes.var(axis=0)
            for logvar in more:
                kl = 0.5 * (np.exp(logvar) + self.codes**2 - 1 - logvar)
                self.kl = kl.mean(axis=0)
                self.unused = int((self.kl < UNUSED).sum())
            names = first.settings_.test_measures
            self.measures = dict(zip(names, first.measures(images), strict=True))
        none = labels is None or not len(self.codes)
        self.labels = np.full(len(self.codes), "?") if none else labels

    @property
    def means(self):
        """Of the measures, over the test images.  -> {name: float}"""
        return {name: float(m.mean()) for name, m in self.measures.items()}


def build(views, images=None, labels=None, data="", here=""):
    """The page of one view, or of two, with some of the test images.  -> HTML

    `data`: the test images' name.  `here`: as base.page takes it.
    """
    shown = [one for view in views for one in view.shown]
    models = [[_model(one) for one in view.shown] for view in views]
    room = BYTES[len(views), len(shown)] - len(json.dumps(models))
    for view in views:
        size = (2 * view.latent_dim + 2) * 4 / 3  # of a code and its class, in base64
        most = max(500, int(room / len(views) / size))
        view.total, view.count = len(view.codes), min(len(view.codes), most)
    style, *scripts = (
        (PAGE / name).read_text(encoding="utf-8") for name in ("explorer.css", *SCRIPTS)
    )
    spaces = [_space(view) for view in views]
    content = [{"models": m, "space": s} for m, s in zip(models, spaces, strict=True)]
    digits = {called(data), *(one.data for one in shown)} <= {"MNIST", NAMES["digits"]}
    return base.page(
        "pages/explorer/explorer.html",
        style,
        "".join(scripts),
        title=f"A latent space to walk in: {' beside '.join(s.name for s in shown)}",
        here=here,
        shown=shown,
        views=views,
        thing="a digit" if digits else "an image",
        data=called(data),
        still=_still(views[0].shown[0].estimator, spaces[0]),
        content={"views": content, "examples": _examples(images, labels)},
    )


def _examples(images, labels):
    """Test images to pick, of each class as many: gray levels, classes, numbers."""
    if images is None:
        return {"pixels": "", "labels": [], "numbers": []}
    labels = ["?"] * len(images) if labels is None else labels.tolist()
    seen, turn = Counter(), []
    for label in labels:
        turn.append(seen[label])
        seen[label] += 1
    chosen = sorted(range(len(images)), key=turn.__getitem__)[:EXAMPLES]
    chosen.sort(key=lambda n: (labels[n], n))
    return {
        "pixels": _base64(images[chosen]),
        "labels": [str(labels[n]) for n in chosen],
        "numbers": chosen,
    }


def _still(estimator, space):
    """Decoded images of a plane, or of a line, through the center: a PNG -> base64"""
    from PIL import Image

    center, axes = np.float32(space["center"]), np.float32(space["axes"][:2])
    ticks = np.linspace(-2, 2, STILL) * space["reach"]
    steps = np.stack(np.meshgrid(ticks, -ticks), axis=-1)[: STILL ** (len(axes) - 1)]
    steps = steps[..., : len(axes)]
    images = estimator.decode((center + steps @ axes).reshape(-1, len(center)))
    rows = images.reshape(len(steps), STILL, 28, 28).transpose(0, 2, 1, 3)
    levels = np.rint(255 * (1 - rows)).astype(np.uint8)
    file = io.BytesIO()
    picture = Image.fromarray(levels.reshape(-1, 28 * STILL)).quantize(16)
    picture.save(file, "png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


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
    for network, (prefix, last, end) in lessons.of(settings.name)["networks"].items():
        hidden = [n for n in state if n.startswith(f"{prefix}_W") and n != last]
        layers = [(name, settings.activation) for name in hidden]
        networks[network] = [*layers, (last, end or settings.activation)]
    return networks


def _space(view):
    """What the page must know of the latent space."""
    from common import figures  # slower than `--help` should be

    prior, width = view.shown[0].estimator.words.has_prior, view.latent_dim
    codes, labels = view.codes[: view.count], view.labels[: view.count]
    axes, shares = figures.principal_axes(codes.astype(np.float64))
    names = [f"z{i}" for i in range(1, width + 1)]
    if shares is not None:
        shares = enumerate(shares, 1)
        names = [f"axis {i} ({share:.0%} of the variance)" for i, share in shares]
    classes, numbers = np.unique(labels, return_inverse=True)
    measured = next(iter(view.measures.values()), [])  # what training maximizes
    shares = np.linspace(0, 1, 101)
    return {
        "prior": prior,
        "center": np.zeros(width).tolist() if prior else codes.mean(axis=0).tolist(),
        "reach": 1 if prior else float(codes.std() or 1),
        "axes": axes[:AXES].round(6).tolist(),
        "names": names[:AXES],
        "codes": _halves(codes),
        "classes": [str(label) for label in classes],  # beyond 2**53, too
        "classOf": _base64(numbers.astype("<u2")),
        "kl": [] if view.kl is None else view.kl.round(3).tolist(),
        "unused": UNUSED,
        "measured": np.quantile(measured, shares).round(1).tolist()
        if len(measured)
        else [],
    }


def _halves(array):
    """float16, in base64.  UserError for what is too large."""
    if np.abs(array).max(initial=0) >= 65_520:  # which rounds to infinity
        larger = "weights or codes beyond 65,504, the largest float16"
        raise UserError(f"{larger}, cannot be shown")
    return _base64(array.astype("<f2"))


def _base64(array):
    return base64.b64encode(np.ascontiguousarray(array)).decode()
