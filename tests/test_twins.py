"""The twins stay twins: compared as syntax trees, without importing any."""

import ast
import difflib

import pytest

from common import packages
from tests.conftest import ROOT
from tools import twins

GROUPS = twins.groups(packages.every())
PAIRS = [(first, twin) for first, *others in GROUPS for twin in others]
EACH = pytest.mark.parametrize(("first", "twin"), PAIRS)
FILES = [(*pair, file) for pair in PAIRS for file in twins.MATHEMATICS]
FILES = [found for found in FILES if (ROOT / found[0] / found[2]).is_file()]


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
    imports = ast.Import | ast.ImportFrom
    return [node for node in module.body[1:] if not isinstance(node, imports)]


def drift(first, twin, names):
    """What is left of the difference once the names are translated."""
    translate = Translate(names).visit
    ours, theirs = without_header(first), without_header(twin)
    texts = [ast.unparse(translate(n)) for n in ours], [ast.unparse(n) for n in theirs]
    lines = ["\n".join(text).splitlines() for text in texts]
    return list(difflib.unified_diff(*lines, lineterm="", n=0))


@pytest.mark.parametrize(("first", "twin", "file"), FILES)
def test_mathematics_differs_only_in_the_names_of_operations(first, twin, file):
    trees = [tree(f"{package}/{file}") for package in (first, twin)]
    assert drift(*trees, twins.translations(first, twin)) == []
    titles = (twins.names(package)["framework"] for package in (first, twin))
    ours, theirs = map(ast.get_docstring, trees)
    assert ours.replace(*titles) == theirs


@pytest.mark.parametrize(
    ("first", "twin", "old", "new"),
    [
        ("vae_tf", "vae_theano", "log_px_z - kl", "kl - log_px_z"),
        ("vae_tf", "vae_theano", '"""Logits of', '"""The logits of'),
        ("vae_tf", "vae_theano", "T.sum(x * logits", "T.mean(x * logits"),
        ("vae_tf", "vae_theano", "def decode", "def generate"),
        ("gan_tf", "gan_theano", "softplus(-logit_real)", "softplus(logit_real)"),
    ],
)
def test_drift_is_noticed(first, twin, old, new):
    text = source(f"{twin}/model.py")
    assert old in text
    changed = ast.parse(text.replace(old, new, 1))
    assert drift(tree(f"{first}/model.py"), changed, twins.translations(first, twin))


def methods(package):
    """The methods of its Network."""
    module = tree(f"{package}/{twins.model(package)}.py")
    (network,) = (n for n in module.body if getattr(n, "name", "") == "Network")
    return [node for node in network.body if isinstance(node, ast.FunctionDef)]


def outline(package):
    """Each method's name; of the public ones, arguments and docstring, too."""
    return [
        (method.name, ast.unparse(method.args), ast.get_docstring(method))
        if not method.name.startswith("_") or method.name == "__init__"
        else method.name
        for method in methods(package)
    ]


@EACH
def test_networks_have_the_same_methods_in_the_same_order(first, twin):
    assert outline(first) == outline(twin)


@pytest.mark.parametrize(("first", "twin"), [p for p in PAIRS if p[0] == "vae_tf"])
def test_what_uses_a_network_is_the_same_word_for_word(first, twin):
    """In the VAE; the GAN's measures are written in each framework's operations."""
    names = ("evaluate", "log_weights", "encode", "decode")
    ours, theirs = (
        [ast.unparse(method) for method in methods(package) if method.name in names]
        for package in (first, twin)
    )
    assert len(ours) == len(names)
    assert ours == theirs


@pytest.mark.parametrize(
    ("package", "differing"), [("autoencoder_tf", ["encode"]), ("gan_tf", [])]
)
def test_other_models_share_the_functions_of_the_vae(package, differing):
    """The autoencoder has another code; the GAN's hidden layers are the VAE's."""
    bodies = (tree(f"{name}/model.py").body for name in (package, "vae_tf"))
    ours, vaes = (
        {n.name: ast.unparse(n) for n in body if isinstance(n, ast.FunctionDef)}
        for body in bodies
    )
    shared = [name for name in vaes if name in ours]
    assert shared == [name for name in ours if name in vaes]
    assert "hidden_layers" in shared
    assert [name for name in shared if ours[name] != vaes[name]] == differing
    assert differing == [] or shared == [*ours]
