"""The frame of a page: one file with its style and script inside, sealed by a policy.

The Content-Security-Policy names the hash of that one style and that one script, so
that nothing else runs, whatever a label or a run's name contains, and forbids every
request.  Templates escape whatever they are given.
"""

import base64
import hashlib
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

TOOLS = Path(__file__).parent.parent
PAGES = {  # of docs/, in the order in which they are read
    "index.html": "Start",
    "train.html": "Watch a VAE learn",
    "explorer.html": "Explore a latent space",
    "compare.html": "Programs side by side",
}


def page(template, style, script, here="", **values):
    """A whole page, from a template that extends pages/base.html -> HTML

    `here` is the page's place in docs/.  With it, the page links to the other pages.
    """
    values |= {"here": here, "pages": PAGES, "up": "../" * here.count("/")}
    values |= {"address": address(repository())}
    values |= {"icon": quote((TOOLS / "pages/icon.svg").read_text())}
    style = (TOOLS / "pages/base.css").read_text() + style
    parts = {"style": style, "script": script}
    for name, content in [*parts.items()]:
        digest = hashlib.sha256(content.encode()).digest()
        parts[f"{name}_hash"] = f"'sha256-{base64.b64encode(digest).decode()}'"
    return _environment().get_template(template).render(**parts, **values) + "\n"


def repository():
    """The project's address, the one setting in pyproject.toml, or an empty string."""
    project = tomllib.loads((TOOLS.parent / "pyproject.toml").read_text())["project"]
    return project.get("urls", {}).get("Repository", "")


def address(repository):
    """Where GitHub serves docs/ of a repository: with a slash, or an empty string."""
    owner, _, name = urlsplit(repository).path.strip("/").partition("/")
    return f"https://{owner}.github.io/{name}/" if name else ""


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TOOLS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    return environment


def printable(text):
    """The text with what would hide or turn it, U+202E say, written out."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )
