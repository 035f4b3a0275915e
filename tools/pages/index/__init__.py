"""The start of docs/: docs/index.html, and the notebooks as pages."""

import base64
from pathlib import Path

from common import packages
from tools.pages import base
from tools.pages.index import notebook

STYLE = (Path(__file__).parent / "index.css").read_text()
TITLE = "Introduction to variational autoencoders, in code"


def pages():
    """Every page -> {place in docs/: HTML}"""
    paths = sorted((packages.ROOT / "notebooks").glob("*.ipynb"))
    notebooks = [*map(notebook.Notebook, paths)]
    written = {n.here: notebook.page(n, notebooks, STYLE) for n in notebooks}
    return written | {
        "index.html": base.page(
            "pages/index/index.html",
            STYLE,
            "",
            here="index.html",
            title=TITLE,
            light=_plane("docs/plane.png"),
            dark=_plane("docs/dark/plane.png"),
            notebooks=notebooks,
            repository=base.repository(),
        )
    }


def _plane(path):
    png = (packages.ROOT / path).read_bytes()
    return notebook.picture(base64.b64encode(png))
