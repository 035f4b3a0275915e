"""The twins stay twins: compared as syntax trees, without importing any."""

import ast
import difflib

import pytest

from tests.conftest import ROOT, packages_of
from tools import twins

FIRST = "tf"  # the framework that the others are compared with


def pairs():
    """Each package with the one of its model in the first framework."""
    every = {twins.framework(package): package for package in packages_of("vae")}
    first = every.pop(FIRST)
    return [(first, twin) for twin in every.values()]


PAIRS = pytest.mark.parametrize(("first", "twin"), pairs())


def source(name):
    return (ROOT / name).read_text()


def tree(name):
    return ast.parse(source(name))


class Translate(ast.NodeTransformer):
    """TensorFlow's names -> those of another framework."""

    def __init__(self, names):
        self.names = names

    def visit_Attribute(self, node):
        name = ast.unparse(node)
        if name in self.names:
            return ast.parse(self.names[name], mode="eval").body
        return self.generic_visit(node)


def without_header(module):
    """The statements after the module's docstring and imports."""
    return [
        node
        for i, node in enumerate(module.body)
        if i > 0 and not isinstance(node, ast.Import | ast.ImportFrom)
    ]


def drift(first, twin, names):
    """What is left of the difference once the names are translated."""
    translate = Translate(names).visit
    ours, theirs = without_header(first), without_header(twin)
    texts = [ast.unparse(translate(n)) for n in ours], [ast.unparse(n) for n in theirs]
    lines = ["\n".join(text).splitlines() for text in texts]
    return list(difflib.unified_diff(*lines, lineterm="", n=0))


@pytest.mark.parametrize("file", twins.MATHEMATICS)
@PAIRS
def test_mathematics_differs_only_in_the_names_of_operations(first, twin, file):
    trees = [tree(f"{package}/{file}") for package in (first, twin)]
    assert drift(*trees, twins.translations(first, twin)) == []


@pytest.mark.parametrize("file", twins.MATHEMATICS)
@PAIRS
def test_headers_differ_in_the_framework_alone(first, twin, file):
    ours, theirs = (ast.get_docstring(tree(f"{p}/{file}")) for p in (first, twin))
    titles = (twins.names(package)["framework"] for package in (first, twin))
    assert ours.replace(*titles) == theirs


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("log_px_z - kl", "kl - log_px_z"),
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
    names = twins.translations("vae_tf", "vae_theano")
    assert drift(tree("vae_tf/model.py"), changed, names)


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


def used(name):
    """The methods of Network that only call the mathematics, as they are written."""
    (network,) = (n for n in tree(name).body if getattr(n, "name", "") == "Network")
    methods = [n for n in network.body if isinstance(n, ast.FunctionDef)]
    names = ("evaluate", "log_weights", "encode", "decode")
    return [ast.unparse(method) for method in methods if method.name in names]


@PAIRS
def test_what_uses_a_network_is_the_same_word_for_word(first, twin):
    assert len(used(f"{first}/vae.py")) == 4
    assert used(f"{first}/vae.py") == used(f"{twin}/vae.py")


@PAIRS
def test_vae_has_the_same_methods_in_the_same_order(first, twin):
    ours = outline(f"{first}/vae.py")
    assert ours
    assert ours == outline(f"{twin}/vae.py")
