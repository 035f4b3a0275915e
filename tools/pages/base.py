"""The frame of a page: one file with its style and script inside, sealed by a policy.

The Content-Security-Policy names the hash of that one style and that one script, so
that nothing else runs, whatever a label or a run's name contains, and forbids every
request.
"""

import base64
import hashlib
from html import escape
from pathlib import Path

STYLE = Path(__file__).with_suffix(".css").read_text()
ICON = "data:,"  # none; or else a browser asks for one


def document(title, body, style="", script=""):
    """A whole page -> HTML.  `body` is HTML, `title` plain text."""
    style = STYLE + style
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="{ICON}">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""


def text(value):
    """Text of a run, a label say, which may hold anything -> HTML.

    Escaped, and kept from turning round the direction of what follows.
    """
    return f"<bdi>{escape(str(value))}</bdi>"


def image(png, alternative):
    """A picture inside the page.  bytes, plain text -> HTML"""
    source = base64.b64encode(png).decode()
    return f'<img src="data:image/png;base64,{source}" alt="{escape(alternative)}">'


def _hash(content):
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def printable(text):
    """The text with what would hide or turn it, U+202E say, written out."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )
