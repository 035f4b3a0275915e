"""The start of docs/: docs/index.html, and the notebooks as pages."""

import base64
from pathlib import Path

from common import packages
from tools.pages import base
from tools.pages.index.notebook import Notebook, picture

STYLE = (Path(__file__).parent / "index.css").read_text()
TITLE = "Introduction to variational autoencoders, in code"


def pages():
    """Every page -> {place in docs/: HTML}"""
    paths = sorted((packages.ROOT / "notebooks").glob("*.ipynb"))
    shared = {"notebooks": [*map(Notebook, paths)], "repository": base.repository()}
    written = {}
    for one in shared["notebooks"]:
        values = {"here": one.here, "title": one.title, "notebook": one} | shared
        written[one.here] = base.page("pages/index/notebook.html", STYLE, "", **values)
    for name, path in (("light", "docs/plane.png"), ("dark", "docs/dark/plane.png")):
        shared[name] = picture(base64.b64encode((packages.ROOT / path).read_bytes()))
    shared |= {"here": "index.html", "title": TITLE}
    page = base.page("pages/index/index.html", STYLE, "", **shared)
    return written | {"index.html": page}
