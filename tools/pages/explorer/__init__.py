"""One page to walk through a latent space: weights inside, no request to anywhere."""

import base64
import html
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from common import UserError
from tools.pages import base

HERE = Path(__file__).parent
SCRIPTS = ("network.js", "map.js", "pad.js", "explorer.js")
BYTES = {1: 2_350_000, 2: 3_850_000}  # that one model, or two, and their codes may take
AXES = 10  # principal ones that the menus offer


@dataclass
class Shown:
    """A trained model, by the name that the page gives it."""

    name: str
    package: str
    estimator: object


def build(shown, codes, labels):
    """The page of one model, or of two with codes of one size.  (N, Z), (N,) -> HTML

    The codes are those of the first model that encodes, or none.
    """
    shown = [Shown(base.printable(s.name), s.package, s.estimator) for s in shown]
    models = [_model(one) for one in shown]
    room = BYTES[len(shown)] - len(json.dumps(models))
    count = min(len(codes), max(500, int(room / _size_of_a_code(codes))))
    space = _space(shown[0].estimator, codes[:count], labels[:count])
    space["note"] = _note(count, len(codes))
    parts = {
        "lead": html.escape(_lead(shown)),
        "runs": "".join(map(_details, shown)),
        "data": _json({"models": models, "space": space}),
    }
    body = re.sub(
        r"<!--(\w+)-->", lambda found: parts[found[1]], _read("explorer.html")
    )
    names = " beside ".join(one.name for one in shown)
    title = f"A latent space to walk in: {names}"
    script = "".join(map(_read, SCRIPTS))
    return base.document(title, body, _read("explorer.css"), script)


def _read(name):
    return (HERE / name).read_text(encoding="utf-8")


def _json(value):
    """JSON in which HTML finds no tag."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _base64(array, dtype):
    return base64.b64encode(np.ascontiguousarray(array, dtype)).decode()


def _halves(array):
    """float16, in base64.  UserError for what is too large."""
    with np.errstate(over="ignore"):
        rounded = array.astype("<f2")
    if not np.isfinite(rounded).all():
        raise UserError(
            "weights or codes beyond 65,504, the largest float16, cannot be shown"
        )
    return _base64(rounded, "<f2")


def _model(one):
    """What the page must know of a model: its layers, and the weights of these."""
    settings = one.estimator.settings_
    networks = one.estimator.about.networks(settings)
    state = one.estimator.state()
    names = [name for layers in networks.values() for name, _ in layers]
    names += [name.replace("W", "b", 1) for name in names]
    return {
        "name": f"{one.name} ({one.package})",
        "binarize": settings.binarize,
        "draws": "sample" in one.estimator.about.draws,
        "networks": networks,
        "weights": {name: _halves(state[name]) for name in dict.fromkeys(names)},
    }


def _size_of_a_code(codes):
    """Bytes of base64 that a code and its class take."""
    return (2 * codes.shape[1] + 2) * 4 / 3


def _space(estimator, codes, labels):
    """What the page must know of the latent space.  (N, Z), (N,)"""
    about = estimator.about
    width = codes.shape[1]
    centre = np.zeros(width) if about.has_prior else codes.mean(axis=0)
    axes, names = _axes(codes.astype(np.float64))
    classes, numbers = np.unique(labels, return_inverse=True)
    return {
        "prior": about.has_prior,
        "centre": centre.tolist(),
        "axes": axes.round(6).tolist(),
        "names": names,
        "codes": _halves(codes),
        "classes": [str(label) for label in classes],  # beyond 2**53, too
        "classOf": _base64(numbers, "<u2"),
    }


def _axes(codes):
    """Directions that the map may show, and what to call them.  (N, Z) -> (K, Z), [K]

    Of more than two numbers the principal axes.
    """
    count, width = codes.shape
    variances, vectors = np.ones(width), np.eye(width)
    if width > 2 and count > width:
        variances, vectors = np.linalg.eigh(np.cov(codes.T))
        variances, vectors = variances[::-1], vectors.T[::-1]
        shares = variances / max(variances.sum(), 1e-12)
        names = [
            f"axis {i} ({share:.0%} of the variance)"
            for i, share in enumerate(shares, 1)
        ]
    else:
        names = [f"z{i}" for i in range(1, width + 1)]
    return vectors[:AXES], names[:AXES]


def _note(count, total):
    """A sentence on the codes in the page."""
    if not count:
        return ""
    if count < total:
        first = f"the first {count:,} of {total:,} test images, as many as fit"
        return f"Codes of {first}; a button shows one class alone."
    return f"Codes of {count:,} test images; a button shows one class alone."


def _lead(shown):
    """What the page shows, in two sentences."""
    size = shown[0].estimator.settings_.latent_dim
    decoders = "The decoder" if len(shown) == 1 else "The decoders"
    names = " and ".join(f"{one.name} ({one.package})" for one in shown)
    own = "Map a digit of your own to this space, draw new ones from it"
    if not any(one.estimator.about.encodes for one in shown):
        own = "Draw new digits from this space"
    return (
        f"{decoders} of {names} in your browser: every point z of {size} "
        f"number{'s' * (size > 1)} becomes an image. {own}, walk from one to "
        "another."
    )


def _details(one):
    """Every setting of a run as a list."""
    rows = asdict(one.estimator.settings_)
    rows["hidden"] = ", ".join(map(str, rows["hidden"])) or "none"
    layers = one.estimator.about.layers(one.estimator.settings_, 784)
    rows = {"package": one.package, "layers": "-".join(map(str, layers))} | rows
    items = "".join(
        f"<dt>{name}</dt><dd>{html.escape(base.printable(str(value)))}</dd>"
        for name, value in rows.items()
    )
    return f"<h2>{html.escape(one.name)}</h2><dl>{items}</dl>"
