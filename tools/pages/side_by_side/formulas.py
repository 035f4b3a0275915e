"""Formulas as MathML, drawn without a script; symbols know their names."""

from html import unescape
from xml.etree import ElementTree

from latex2mathml import converter

from tools import lessons

MATHML = "{http://www.w3.org/1998/Math/MathML}"


def formula(model, name):
    """The formula of a function of that model -> MathML; none: an empty string."""
    lesson = lessons.of(model)
    if not lesson or name not in lesson.FORMULAS:
        return ""
    names = lessons.SYMBOLS | vars(lesson).get("SYMBOLS", {})
    symbols = {"".join(_tree(s).itertext()): name for s, name in names.items()}
    parts = lesson.FORMULAS[name].split(r", \quad ")  # a narrow page breaks there
    return "\n".join(_mathml(latex, symbols) for latex in parts)


def _tree(latex):
    return ElementTree.fromstring(unescape(converter.convert(latex)))


def _mathml(latex, symbols):
    tree = _tree(latex)
    for element in tree.iter():
        element.tag = element.tag.removeprefix(MATHML)
        if element.tag == "mi" and element.get("mathvariant") == "normal":
            continue
        key = symbols.get((element.text or "").strip())
        if key and element.tag in ("mi", "mo", "mtext"):
            element.set("data-n", key)
    tree.attrib = {"displaystyle": "true"}
    return ElementTree.tostring(tree, encoding="unicode")
