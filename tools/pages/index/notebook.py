"""A notebook as a page: its text, code and outputs as they are committed."""

import base64
import io
import json
import re
from html import escape

from tools.pages import base

MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\w$])\$([^$\n]+?(?:\n[^$\n]+?)?)\$(?!\w)", re.S)
CODE = re.compile(r"```.*?```|`[^`]+`", re.S)
FORMS = [  # which the policy, a narrow screen and a screen reader ask for
    (r' (style|align)="[^"]*"', ""),
    (r"<th></th>", "<td></td>"),
    (r"(?s)(<table>.*?</table>)", r'<div class="table" tabindex="0">\1</div>'),
]


class Notebook:
    """One file of notebooks/, and its place in docs/."""

    def __init__(self, path):
        self.path, self.here = f"notebooks/{path.name}", f"notebooks/{path.stem}.html"
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        self.title = "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ")
        self.cells = [(cell["cell_type"], *_shown(cell)) for cell in cells]


def _shown(cell):
    """What a reader sees of a cell -> HTML, [HTML of each output]"""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return markdown(source), []
    from pygments import formatters, highlight, lexers

    form = formatters.HtmlFormatter(nowrap=True)
    code = highlight(source, lexers.PythonLexer(), form)
    return code, [_output(output) for output in cell.get("outputs", [])]


def _output(output):
    data = output.get("data", {})
    if "image/png" in data:
        alt = output["metadata"].get("image/png", {}).get("alt", "")
        return f'<img src="{picture(data["image/png"])}" alt="{escape(alt)}">'
    if "text/html" in data:
        return _formed("".join(data["text/html"]))
    text = "".join(output.get("text") or data.get("text/plain", ""))
    return f'<pre tabindex="0">{escape(text)}</pre>'


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
        math = converter.convert(
            block or inline, display="block" if block else "inline"
        )
        math = math.replace(r"\|", "&#8214;").replace(r"\arg", "arg")  # left as TeX
        if kind := "formula" if block else "long" if len(inline) > 40 else "":
            math = f'<span class="{kind}" tabindex="0">{math}</span>'
        kept.append(math)
        return f"MATH{len(kept) - 1}END"

    code = [*CODE.findall(text), ""]
    parts = (MATH.sub(keep, t) + c for t, c in zip(CODE.split(text), code, strict=True))
    html = MarkdownIt("commonmark").enable("table").render("".join(parts))
    html = re.sub(r"MATH(\d+)END", lambda match: kept[int(match[1])], _formed(html))
    return re.sub(r'<a href="([^"#]*)([^"]*)">(.*?)</a>', _link, html, flags=re.S)


def _formed(html):
    for old, new in FORMS:
        html = re.sub(old, new, html)
    return html


def _link(match):
    """Another notebook: its page.  A file of the project: at its address, if any."""
    target, anchor, text = match.groups()
    if not target or target.startswith("https:"):
        return match[0]
    if target.endswith(".ipynb"):
        return f'<a href="{target.removesuffix(".ipynb")}.html{anchor}">{text}</a>'
    repository, path = base.repository(), target.removeprefix("../")
    link = f'<a href="{repository}/blob/main/{path}{anchor}">{text}</a>'
    return link if repository else text
