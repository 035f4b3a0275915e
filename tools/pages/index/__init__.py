"""The start of docs/: docs/index.html, and the notebooks as pages."""

import base64
from pathlib import Path

from common import packages
from tools.pages import base
from tools.pages.index import notebook

STYLE = (Path(__file__).parent / "index.css").read_text()


def pages():
    """Every page -> {place in docs/: HTML}"""
    paths = sorted((packages.ROOT / "notebooks").glob("*.ipynb"))
    shared = {
        "notebooks": [*map(notebook.Notebook, paths)],
        "repository": base.repository(),
    }
    written = {}
    for one in shared["notebooks"]:
        values = {"here": one.here, "title": one.title, "notebook": one} | shared
        written[one.here] = base.page("pages/index/notebook.html", STYLE, "", **values)
    for name, path in (("light", "docs/plane.png"), ("dark", "docs/dark/plane.png")):
        shared[name] = notebook.picture(
            base64.b64encode((packages.ROOT / path).read_bytes())
        )
    start = base.page("pages/index/index.html", STYLE, "", here="index.html", **shared)
    return written | {"index.html": start}
