"""The twins stay twins: compared as syntax trees, without importing either."""

import ast
import difflib

import pytest

from tests.conftest import ROOT

# What may differ in model.py: a framework's name for the same operation.
SAME = {
    "tf.matmul": "T.dot",
    "tf.exp": "T.exp",
    "tf.reduce_sum": "T.sum",
    "tf.nn.relu": "T.nnet.relu",
    "tf.tanh": "T.tanh",
    "tf.nn.softplus": "T.nnet.softplus",
}


def source(name):
    return (ROOT / name).read_text()


def tree(name):
    return ast.parse(source(name))


class Translate(ast.NodeTransformer):
    """TensorFlow's names -> Theano's."""

    def visit_Attribute(self, node):
        name = ast.unparse(node)
        if name in SAME:
            return ast.parse(SAME[name], mode="eval").body
        return self.generic_visit(node)


def without_header(module):
    """The statements after the module's docstring and imports."""
    return [
        node
        for i, node in enumerate(module.body)
        if i > 0 and not isinstance(node, ast.Import | ast.ImportFrom)
    ]


def drift(tensorflow, theano):
    """What is left of the difference once the names are translated."""
    ours = [ast.unparse(Translate().visit(n)) for n in without_header(tensorflow)]
    twin = [ast.unparse(node) for node in without_header(theano)]
    lines = ["\n".join(text).splitlines() for text in (ours, twin)]
    return list(difflib.unified_diff(*lines, lineterm="", n=0))


def test_model_differs_only_in_the_names_of_operations():
    assert drift(tree("vae_tf/model.py"), tree("vae_theano/model.py")) == []


def test_model_headers_differ_in_the_framework_alone():
    ours, twin = (ast.get_docstring(tree(f"{p}/model.py")) for p in PACKAGES)
    assert ours.replace("TensorFlow", "Theano") == twin


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("log_px = log", "log_p = log"),
        ('"""Logits of', '"""The logits of'),
        ("def kl_divergence(mu, logvar)", "def kl_divergence(logvar, mu)"),
        ("0.5 * T.sum", "0.25 * T.sum"),
        ("T.sum(x * logits", "T.mean(x * logits"),
        ("def decode", "def generate"),
    ],
)
def test_drift_is_noticed(old, new):
    text = source("vae_theano/model.py")
    assert old in text
    changed = ast.parse(text.replace(old, new, 1))
    assert drift(tree("vae_tf/model.py"), changed)


PACKAGES = ("vae_tf", "vae_theano")


def outline(name):
    """The methods of Network, their arguments and docstrings, in order."""
    found = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ClassDef) and node.name == "Network":
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    public = (
                        not method.name.startswith("_") or method.name == "__init__"
                    )
                    arguments = ast.unparse(method.args) if public else None
                    docstring = ast.get_docstring(method) if public else None
                    found.append((method.name, arguments, docstring))
    return found


def test_vae_has_the_same_methods_in_the_same_order():
    assert outline("vae_tf/vae.py") == outline("vae_theano/vae.py")
