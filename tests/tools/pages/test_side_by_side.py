"""The programs side by side: what is compared, and that docs/compare.html is that."""

import ast
import re
from collections import Counter
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest

from common import packages
from common.packages import ROOT
from tools.pages import base, side_by_side
from tools.pages.side_by_side import align, dictionary, evidence, formulas, parts
from tools.pages.side_by_side.evidence import GRADIENTS, VALUES, Evidence
from tools.pages.side_by_side.source import blocks

PAGE = ROOT / "docs" / "compare.html"
MEASURED = re.compile(r'<data value="([^"]*)">.*?</data>')


def unmeasured(names, functions):
    return {name: Evidence(evidence.DRAWS) for name in functions}


def without_policy(page):
    return re.sub(r'content="default-src[^"]*"', "", page)


def test_the_committed_page_is_that_of_the_sources():
    built = side_by_side.page(packages.every(), unmeasured)
    pages = [MEASURED.sub("", page) for page in (PAGE.read_text(), built)]
    assert pages[0] == pages[1], "docs/compare.html is out of date: run `make pages`"


def test_the_committed_evidence_keeps_the_bounds():
    values = [float(value) for value in MEASURED.findall(PAGE.read_text())]
    functions = [
        function
        for group in parts.groups(packages.every())
        if len(group.files) > 1
        for function in group.files[0].functions
    ]
    assert len(values) == 2 * len(functions) > 0
    assert 0 < max(values[::2]) <= VALUES
    assert 0 < max(values[1::2]) <= GRADIENTS


def test_the_page_is_small_and_asks_for_nothing():
    page = PAGE.read_text()
    assert len(page.encode()) < 400_000
    assert not re.search(r"(src|href|action)=\"?(https?:|//)|@import|url\(", page)
    assert "default-src 'none'" in page


def test_every_function_has_a_formula_that_is_mathml():
    for group in parts.groups(packages.every()):
        for file in group.files[:1]:
            for name in file.functions:
                html = formulas.formula(file.about, name)
                if not html and not group.dictionary:
                    continue
                for part in html.splitlines():
                    assert ElementTree.fromstring(part).tag == "math", name


def test_a_symbol_of_a_formula_knows_its_name_in_the_code():
    vae = packages.model_of("vae_tf")
    math = ElementTree.fromstring(
        formulas.formula(vae, "reparameterize").split("\n")[0]
    )
    names = {e.get("data-n"): e.text for e in math.iter() if e.get("data-n")}
    assert names == {"z": "z", "mu": "\u03bc", "logvar": "\u03c3", "eps": "\u03b5"}


def lines(text, tmp_path, name):
    path = tmp_path / name
    path.write_text(text)
    return blocks(path)[-1].lines


def test_lines_stand_beside_those_that_they_resemble(tmp_path):
    ours = "import a\ndef f(x):\n    h = tf.matmul(x, W)\n    y = h + 1\n    return y"
    theirs = "import a\ndef f(x):\n    check(x)\n    h = T.dot(x, W)\n    return h + 1"
    rows = align.rows([lines(ours, tmp_path, "a.py"), lines(theirs, tmp_path, "b.py")])
    shown = [[line and line.text.strip() for line in row] for row in rows]
    assert shown == [
        ["def f(x):", "def f(x):"],
        [None, "check(x)"],
        ["h = tf.matmul(x, W)", "h = T.dot(x, W)"],
        ["y = h + 1", "return h + 1"],
        ["return y", None],
    ]


def test_only_words_that_differ_are_lit(tmp_path):
    text = "import tensorflow as tf\nimport theano.tensor as T\ndef f():\n    {}\n"
    pair = [
        lines(text.format(line), tmp_path, f"{i}.py")[1]
        for i, line in enumerate(["h = tf.nn.relu(h @ W)", "h = T.nnet.relu(h @ W)"])
    ]
    lit = [pair[0].words[i].text for i in align.different(*pair)]
    assert lit == ["tf.nn.relu"]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("tf.matmul(h, W) + b", "T.dot(h, W) + b", {("tf.matmul", "T.dot"): 1}),
        ("tf.matmul(h, W) + b", "h @ W + b", {("tf.matmul", "@"): 1}),
        ("tf.exp(tf.exp(x))", "np.exp(np.exp(x))", {("tf.exp", "np.exp"): 2}),
        (
            "tf.reduce_sum(x * tf.abs(y), axis=1)",
            "(x * np.abs(y)).sum(axis=1)",
            {("tf.reduce_sum", ".sum"): 1, ("tf.abs", "np.abs"): 1},
        ),
        ("a + b", "a + b", {}),
    ],
)
def test_translations_are_found(ours, theirs, expected):
    trees = [ast.parse(text).body for text in (ours, theirs)]
    assert dictionary.translations(*trees) == Counter(expected)


def test_the_dictionary_counts_what_stands_in_the_sources():
    group = next(g for g in parts.groups(packages.every()) if g.dictionary)
    first = group.names[0]
    text = (ROOT / first / "model.py").read_text()
    counted = {
        names[0]: places.total()
        for names, places in group.dictionary.items()
        if all("network" not in anchor for anchor, _ in places)
    }
    assert counted
    for name, count in counted.items():
        assert count == len(re.findall(rf"{re.escape(name)}\b", text)), name


def test_a_difference_of_a_millionth_is_measured():
    a = np.ones(4, np.float32)
    assert evidence.relative(a, a) == 0
    assert evidence.relative(a, a * np.float32(1.000001)) == pytest.approx(
        1e-6, rel=0.1
    )
    with pytest.raises(ValueError, match="shapes differ"):
        evidence.relative(a, a[:2])


HOSTILE = "<script>alert(1)</script> \" ' ]]> --> & \u202e </style>"


def test_text_of_a_run_is_only_text():
    html = base.text(HOSTILE)
    assert html.startswith("<bdi>")
    assert html.endswith("</bdi>")
    inside = html.removeprefix("<bdi>").removesuffix("</bdi>")
    assert not set(inside) & set("<>\"'")
    assert unescape(inside) == HOSTILE
