"""A notebook as a page: its text, code and outputs as they are committed."""

import base64
import io
import json
import re
from html import escape

from common import packages
from tools.pages import base

MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\w$])\$([^$\n]+?(?:\n[^$\n]+?)?)\$(?!\w)", re.S)
CODE = re.compile(r"```.*?```|`[^`]+`", re.S)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Notebook:
    """One file of notebooks/."""

    def __init__(self, path):
        self.path, self.here = path, f"notebooks/{path.stem}.html"
        self.cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        first = "".join(self.cells[0]["source"])
        self.title = first.partition("\n")[0].removeprefix("# ")


def page(notebook, notebooks, style):
    """The page of one of the notebooks -> HTML"""
    number = notebooks.index(notebook)
    return base.page(
        "pages/index/notebook.html",
        style,
        "",
        here=notebook.here,
        title=notebook.title,
        repository=base.repository(),
        path=f"notebooks/{notebook.path.name}",
        cells=[(cell["cell_type"], _shown(cell)) for cell in notebook.cells],
        before=notebooks[number - 1] if number else None,
        after=notebooks[number + 1] if number + 1 < len(notebooks) else None,
    )


def _shown(cell):
    """What a reader sees of a cell -> HTML, [HTML of each output]"""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return markdown(source), []
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    code = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return code, [_output(output) for output in cell.get("outputs", [])]


def _output(output):
    data = output.get("data", {})
    if "image/png" in data:
        alt = output["metadata"].get("image/png", {}).get("alt", "")
        return f'<img src="{picture(data["image/png"])}" alt="{escape(alt)}">'
    if "text/html" in data:  # the policy of the page refuses a style in a tag
        return re.sub(r' (style|align)="[^"]*"', "", "".join(data["text/html"]))
    text = "".join(output.get("text") or data.get("text/plain", ""))
    return f'<pre tabindex="0">{escape(ANSI.sub("", text))}</pre>'


def picture(png):
    """A PNG as the smaller of two WebP: without loss, or with little.  base64 -> URI"""
    from PIL import Image

    image, sizes = Image.open(io.BytesIO(base64.b64decode(png))), []
    for options in ({"lossless": True}, {"quality": 80}):
        content = io.BytesIO()
        image.convert("RGB").save(content, "webp", **options)
        sizes.append(content.getvalue())
    return f"data:image/webp;base64,{base64.b64encode(min(sizes, key=len)).decode()}"


def markdown(text):
    """Markdown with formulas -> HTML, in which the formulas are MathML"""
    from latex2mathml import converter
    from markdown_it import MarkdownIt

    kept = []

    def keep(match):
        block, inline = match.groups()
        display = "block" if block else "inline"
        math = converter.convert((block or inline).strip(), display=display)
        math = math.replace(r"\|", "&#8214;").replace(
            r"\arg", "arg"
        )  # left as they were
        kept.append(
            f'<span class="formula" tabindex="0">{math}</span>' if block else math
        )
        return f"MATH{len(kept) - 1}END"

    outside = CODE.split(text)
    code = [*CODE.findall(text), ""]
    parts = (MATH.sub(keep, o) + c for o, c in zip(outside, code, strict=True))
    html = MarkdownIt("commonmark").enable("table").render("".join(parts))
    html = re.sub(r"MATH(\d+)END", lambda match: kept[int(match[1])], html)
    return re.sub(r'<a href="([^"#]*)([^"]*)">(.*?)</a>', _link, html, flags=re.S)


def _link(match):
    """Another notebook: its page.  A file of the project: at its address, if any."""
    target, anchor, text = match.groups()
    if not target or target.startswith("https:"):
        return match[0]
    if target.endswith(".ipynb"):
        return f'<a href="{target.removesuffix(".ipynb")}.html{anchor}">{text}</a>'
    path = (packages.ROOT / "notebooks" / target).resolve().relative_to(packages.ROOT)
    repository = base.repository()
    if not repository:
        return text
    return f'<a href="{repository}/blob/main/{path}{anchor}">{text}</a>'
