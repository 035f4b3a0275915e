"""A VAE that learns in the page: docs/train.html, with scikit-learn's digits inside."""

import base64
from pathlib import Path

from tools import lessons
from tools.pages import base

FOLDER = Path(__file__).parent
SCRIPTS = ("numpy.js", "model.js", "start.js", "plots.js", "train.js")
TRAINED = 1500  # images; the others test


def page():
    """The page -> HTML"""
    from sklearn.datasets import load_digits

    digits = load_digits()
    style, *scripts = ((FOLDER / name).read_text() for name in ("train.css", *SCRIPTS))
    return base.page(
        "pages/train/train.html",
        style,
        "".join(scripts),
        here="train.html",
        title="A VAE that learns while you watch",
        formula=lessons.formula,
        source=scripts[SCRIPTS.index("model.js")],
        data={
            "pixels": base64.b64encode(digits.data.astype("u1")).decode(),  # 0 to 16
            "labels": "".join(map(str, digits.target)),
            "trained": TRAINED,
        },
    )
