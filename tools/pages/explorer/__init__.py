"""One page to walk through a latent space: weights inside, no request to anywhere."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common import UserError, figures
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

    def __post_init__(self):
        self.name = base.printable(self.name)
        self.package = base.printable(self.package)

    @property
    def settings(self):
        """What the page lists of it: name -> value"""
        settings = self.estimator.settings_
        layers = "-".join(map(str, settings.layers(784)))
        values = {"package": self.package, "layers": layers} | settings.parameters()
        values["hidden"] = ", ".join(map(str, settings.hidden)) or "none"
        return {name: base.printable(str(value)) for name, value in values.items()}


def build(shown, codes, labels):
    """The page of one model, or of two with codes of one size.  (N, Z), (N,) -> HTML

    The codes are those of the first model that encodes, or none.
    """
    models = [_model(one) for one in shown]
    room = BYTES[len(shown)] - len(json.dumps(models))
    size = (2 * codes.shape[1] + 2) * 4 / 3  # of a code and its class, in base64
    count = min(len(codes), max(500, int(room / size)))
    return base.page(
        "pages/explorer/explorer.html",
        _read("explorer.css"),
        "".join(map(_read, SCRIPTS)),
        title=f"A latent space to walk in: {' beside '.join(s.name for s in shown)}",
        shown=shown,
        count=count,
        total=len(codes),
        models=models,
        space=_space(shown[0].estimator, codes[:count], labels[:count]),
    )


def _read(name):
    return (HERE / name).read_text(encoding="utf-8")


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
    networks, state = settings.networks(), one.estimator.state()
    names = [name for layers in networks.values() for name, _ in layers]
    names += [name.replace("W", "b", 1) for name in names]
    return {
        "name": f"{one.name} ({one.package})",
        "binarize": settings.binarize,
        "draws": "sample" in settings.words.draws,
        "networks": networks,
        "weights": {name: _halves(state[name]) for name in dict.fromkeys(names)},
    }


def _space(estimator, codes, labels):
    """What the page must know of the latent space.  (N, Z), (N,)"""
    prior, width = estimator.words.has_prior, codes.shape[1]
    axes, shares = figures.principal_axes(codes.astype(np.float64))
    names = [f"z{i}" for i in range(1, width + 1)]
    if shares is not None:
        percent = [f"{share:.0%} of the variance" for share in shares]
        names = [f"axis {i} ({text})" for i, text in enumerate(percent, 1)]
    classes, numbers = np.unique(labels, return_inverse=True)
    return {
        "prior": prior,
        "centre": np.zeros(width).tolist() if prior else codes.mean(axis=0).tolist(),
        "axes": axes[:AXES].round(6).tolist(),
        "names": names[:AXES],
        "codes": _halves(codes),
        "classes": [str(label) for label in classes],  # beyond 2**53, too
        "classOf": _base64(numbers, "<u2"),
    }
