"""gan_tf and gan_theano stay twins: compared as syntax trees, without an import."""

import ast
import difflib
from pathlib import Path

import pytest

from tools import twins

ROOT = Path(__file__).parent.parent.parent
SAME = twins.translations("gan_tf", "gan_theano")


def tree(name):
    return ast.parse((ROOT / name).read_text())


class Translate(ast.NodeTransformer):
    def visit_Attribute(self, node):
        same = SAME.get(ast.unparse(node))
        return ast.parse(same, mode="eval").body if same else self.generic_visit(node)


def text(module):
    """All but the module's docstring and imports, line by line."""
    body = [n for n in module.body[1:] if not isinstance(n, ast.Import)]
    return "\n".join(map(ast.unparse, body)).splitlines()


def drift(theano):
    ours = text(Translate().visit(tree("gan_tf/model.py")))
    return [*difflib.unified_diff(ours, text(theano), lineterm="", n=0)]


def test_model_differs_only_in_the_names_of_operations():
    assert drift(tree("gan_theano/model.py")) == []


def test_headers_differ_in_the_framework_alone():
    ours, twin = (
        ast.get_docstring(tree(f"gan_{f}/model.py")) for f in ("tf", "theano")
    )
    assert ours.replace("TensorFlow", "Theano") == twin


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("T.nnet.softplus(-logit_real)", "T.nnet.softplus(logit_real)"),
        ("def generate(", "def decode("),
        ("0.5 * T.sum", "T.sum"),
        ("Goodfellow et al. 2014, eq. 1.", "Goodfellow et al. 2014, eq. 2."),
    ],
)
def test_drift_is_noticed(old, new):
    theano = (ROOT / "gan_theano/model.py").read_text()
    assert old in theano
    assert drift(ast.parse(theano.replace(old, new, 1)))


def outline(name):
    """The methods of Network in order, the public ones with arguments and docstring."""
    (network,) = (
        node
        for node in tree(name).body
        if isinstance(node, ast.ClassDef) and node.name == "Network"
    )
    found = []
    for method in network.body:
        if isinstance(method, ast.FunctionDef):
            public = not method.name.startswith("_") or method.name == "__init__"
            says = ast.unparse(method.args), ast.get_docstring(method)
            found.append((method.name, *(says if public else ())))
    return found


def test_networks_have_the_same_methods_in_the_same_order():
    assert outline("gan_tf/gan.py") == outline("gan_theano/gan.py")


def test_hidden_layers_are_those_of_the_vae():
    functions = {}
    for package in ("vae_tf", "gan_tf"):
        for node in tree(f"{package}/model.py").body:
            if isinstance(node, ast.FunctionDef):
                functions[package, node.name] = ast.unparse(node)
    ours, vaes = (functions[p, "hidden_layers"] for p in ("gan_tf", "vae_tf"))
    assert ours == vaes
