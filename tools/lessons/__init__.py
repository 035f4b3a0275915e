"""What the pages say of each model's functions: formulas, and why a line is so.

Beside a model's .toml stands a .py, if it has twins: inputs to try functions on.
"""

import tomllib
from functools import cache
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

MATHML = "{http://www.w3.org/1998/Math/MathML}"


@cache
def of(name):
    """The lesson on a model, or the `symbols` of all formulas -> {part: {...}}"""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text())


def drawn(settings, shape, rng):
    """Parameters away from their start, for images of that shape.  (B, D)"""
    parameters = settings.initial(rng.integers(0, 256, shape, np.uint8))
    for name, value in parameters.items():
        parameters[name] = value + 0.1 * rng.standard_normal(value.shape, np.float32)
    return parameters


def formula(model, name):
    """The formula of a function of that model -> MathML; none: an empty string.

    No script draws it; its symbols know their names in the code.
    """
    formulas = of(model)["formulas"]
    if name not in formulas:
        return ""
    names = {"".join(_tree(s).itertext()): n for s, n in of("symbols").items()}
    parts = formulas[name].split(r", \quad ")  # a narrow page breaks there
    return "\n".join(_mathml(latex, names) for latex in parts)


def _tree(latex):
    from latex2mathml import converter

    return ElementTree.fromstring(unescape(converter.convert(latex)))


def _mathml(latex, names):
    tree = _tree(latex)
    for element in tree.iter():
        element.tag = element.tag.removeprefix(MATHML)
        if element.tag == "mi" and element.get("mathvariant") == "normal":
            continue
        key = names.get((element.text or "").strip())
        if key and element.tag in ("mi", "mo", "mtext"):
            element.set("data-n", key)
    for element in tree.iter("msub"):  # W_sigma is one name, W_logvar
        first, second = element
        if first.text in ("W", "b") and second.get("data-n"):
            names = [part.attrib.pop("data-n") for part in element]
            element.set("data-n", "_".join(names))
    tree.attrib = {"displaystyle": "true"}
    return ElementTree.tostring(tree, encoding="unicode")
