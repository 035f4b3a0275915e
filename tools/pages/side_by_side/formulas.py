"""Formulas as MathML, drawn without a script; symbols know their names."""

import importlib
from functools import cache
from html import unescape
from xml.etree import ElementTree

from latex2mathml import converter

MATHML = "{http://www.w3.org/1998/Math/MathML}"


@cache
def _lesson(model):
    return importlib.import_module(f"tools.lessons.{model}")


def formula(about, name):
    """The formula of a function of that model -> HTML; none: an empty string."""
    try:
        lesson = _lesson(about.name)
    except ModuleNotFoundError:  # a model without a lesson yet
        return ""
    if name not in lesson.FORMULAS:
        return ""
    parts = lesson.FORMULAS[name].split(r", \quad ")  # a narrow page breaks there
    return "\n".join(_mathml(latex, _by_sign(lesson.SYMBOLS)) for latex in parts)


def _by_sign(symbols):
    """LaTeX -> what stands for it in MathML."""
    trees = {_tree(latex): name for latex, name in symbols.items()}
    return {"".join(tree.itertext()): name for tree, name in trees.items()}


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
