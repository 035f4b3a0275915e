"""The twins stay twins: compared as syntax trees, without importing any."""

import ast
import difflib

import pytest

from tests.conftest import ROOT, framework_of, packages_of

FIRST = "tensorflow"  # the framework that the others are compared with
# In model.py's docstring.
TITLES = {"tensorflow": "TensorFlow", "theano": "Theano", "numpy": "NumPy"}
# What may differ in model.py: a framework's name for the same operation.
NAMES = {
    "theano": {
        "tf.matmul": "T.dot",
        "tf.exp": "T.exp",
        "tf.math.log": "T.log",
        "tf.reduce_sum": "T.sum",
        "tf.reduce_mean": "T.mean",
        "tf.reduce_max": "T.max",
        "tf.reshape": "T.reshape",
        "tf.tile": "T.tile",
        "tf.nn.relu": "T.nnet.relu",
        "tf.tanh": "T.tanh",
        "tf.nn.softplus": "T.nnet.softplus",
    },
    "numpy": {
        "tf.matmul": "np.dot",
        "tf.exp": "np.exp",
        "tf.math.log": "np.log",
        "tf.reduce_sum": "np.sum",
        "tf.reduce_mean": "np.mean",
        "tf.reduce_max": "np.max",
        "tf.reshape": "np.reshape",
        "tf.tile": "np.tile",
        "tf.nn.relu": "relu",
        "tf.tanh": "np.tanh",
        "tf.nn.softplus": "softplus",
    },
}


def pairs():
    """Each package with the one of its model in the first framework."""
    every = {framework_of(package): package for package in packages_of("vae")}
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


def drift(first, twin, framework):
    """What is left of the difference once the names are translated."""
    translate = Translate(NAMES[framework]).visit
    ours, theirs = without_header(first), without_header(twin)
    texts = [ast.unparse(translate(n)) for n in ours], [ast.unparse(n) for n in theirs]
    lines = ["\n".join(text).splitlines() for text in texts]
    return list(difflib.unified_diff(*lines, lineterm="", n=0))


@PAIRS
def test_model_differs_only_in_the_names_of_operations(first, twin):
    models = [tree(f"{package}/model.py") for package in (first, twin)]
    assert drift(*models, framework_of(twin)) == []


@PAIRS
def test_model_headers_differ_in_the_framework_alone(first, twin):
    ours, theirs = (ast.get_docstring(tree(f"{p}/model.py")) for p in (first, twin))
    titles = TITLES[FIRST], TITLES[framework_of(twin)]
    assert ours.replace(*titles) == theirs


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("log_px_z = log", "log_p = log"),
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
    assert drift(tree("vae_tf/model.py"), changed, "theano")


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


@PAIRS
def test_vae_has_the_same_methods_in_the_same_order(first, twin):
    ours = outline(f"{first}/vae.py")
    assert ours
    assert ours == outline(f"{twin}/vae.py")
