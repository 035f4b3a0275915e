"""The programs side by side: what is compared, and that docs/compare.html is that."""

import re
from itertools import chain, combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from common import packages
from tools import lessons, twins
from tools.pages import side_by_side
from tools.pages.side_by_side import align, evidence, programs, source

PAGE = (packages.ROOT / "docs" / "compare.html").read_text()
MEASURED = re.compile(r'<data value="([^"]*)"[^>]*>.*?</data>')
EVERY = packages.every()
GROUPS = programs.groups(EVERY)


def measured(names, functions):
    """In place of evidence: the more, the further apart in the menus."""
    pairs = combinations(range(len(names)), 2)
    apart = {(i, j): (j - i - 1) * 1e-6 for i, j in pairs}
    return {name: apart for name in functions}


def test_the_committed_page_is_that_of_the_sources():
    """It is small and asks for nothing."""
    built = side_by_side.page(EVERY, measured)
    pages = [MEASURED.sub("", page) for page in (PAGE, built)]
    assert pages[0] == pages[1], "docs/compare.html is out of date: run `make pages`"
    assert len(PAGE.encode()) < 450_000
    assert not re.search(r"(src|href|action)=\"?(https?:|//)|@import|url\(", PAGE)
    assert "default-src 'none'" in PAGE


def test_the_committed_evidence_keeps_the_bounds():
    """Of each pair of frameworks; two may agree to the last bit, but not all."""
    values = map(float, MEASURED.findall(PAGE))
    for group in GROUPS:
        for name in group.functions:
            limit = evidence.GRADIENTS if name == evidence.STEP else evidence.VALUES
            pairs = [next(values) for _ in combinations(group.names, 2)]
            assert min(pairs) >= 0, name
            assert 0 < max(pairs) <= limit, name
    assert [*values] == []
    assert [n for g in GROUPS for n in g.functions].count(evidence.STEP) == 2


def test_every_line_that_is_explained_is_on_the_page():
    """In at most 25 words a sentence, and for each framework."""
    explained = set()
    for model in {*map(twins.model, EVERY)}:
        why = lessons.of(model)["why"].values()
        for framework, lines in chain(*map(dict.items, why)):
            explained.add(framework)
            for line, html in lines.items():
                assert f'<p class="why">{html}</p>' in PAGE, line
                sentences = re.split("[.;:] ", re.sub("<.*?>", "", html))
                assert max(len(text.split()) for text in sentences) <= 25, line
    assert explained == set(twins.NAMES)


def test_every_function_has_a_formula_that_is_mathml():
    """It is the same in two models, if their code is."""
    only_choose = {"layers", "of", "elbo_of_one_draw"}
    for group in GROUPS:
        passages = chain(*(file.passages for file in group.files))
        assert all(len(p.formulas) < 2 or not p.same for p in passages), group.key
        for passage in group.files[0].passages[1:] if group.dictionary else []:
            assert passage.formulas or passage.name in only_choose, passage.name
            for part in "\n".join(passage.formulas).splitlines():
                assert ElementTree.fromstring(part).tag == "math"


def test_a_symbol_of_a_formula_knows_its_name_in_the_code():
    """With its index, if it has one; a step takes the gradient of the bound."""
    names = {}
    for name in ("reparameterize", "encode", "Network._train"):
        for part in lessons.formula("vae", name).split("\n"):
            for element in ElementTree.fromstring(part).iter():
                names[element.get("data-n")] = "".join(element.itertext())
    expected = {"z": "z", "eps": "\u03b5", "logvar": "\u03c3", "W_logvar": "W\u03c3"}
    assert names | expected | {"bound": "bound"} == names
    assert "W" not in names


def function(text, path, framework):
    """The lines of the only function in a file."""
    path.write_text(text)
    (*_, block) = source.blocks(path, twins.NAMES[framework]).values()
    return block.code


OURS = """import a
def f(x):
    h = tf.matmul(x, W)
    y = tf.exp(h)
    if y:
        g(y)
    return y"""
THEIRS = """import a
def f(x):
    \"\"\"Not in the rows.\"\"\"
    check(x)
    h = T.dot(x, W)
    for row in rows: pass
    g(y)
    return T.exp(h)"""


def test_lines_stand_beside_those_that_say_the_same(tmp_path):
    path = tmp_path / "a.py"
    columns = [function(OURS, path, "tf"), function(THEIRS, path, "theano")]
    rows = [[line and line.text.strip() for line in row] for row in align.rows(columns)]
    assert rows == [
        ["def f(x):", "def f(x):"],
        [None, "check(x)"],
        ["h = tf.matmul(x, W)", "h = T.dot(x, W)"],
        ["y = tf.exp(h)", None],
        ["if y:", None],
        [None, "for row in rows: pass"],
        ["g(y)", "g(y)"],
        ["return y", "return T.exp(h)"],
    ]
    assert programs.same(align.rows(columns)[-2])  # whatever it is nested in


def test_a_program_in_javascript_is_read_by_its_own_reader():
    """It has the functions of its twin, in the same order, with their docstrings."""
    path = packages.ROOT / "tools/pages" / programs.JAVASCRIPT
    blocks = source.blocks(path, twins.NAMES["javascript"])
    lines = [line for block in blocks.values() for line in block.whole if line.code]
    code = [line.strip() for line in path.read_text().splitlines()]
    assert [line.code for line in lines] == [*filter(None, code)]
    assert {w.kind for line in lines for w in line.words} == {*"knocsm", None}
    model, gradient = programs.in_javascript().files
    passages = [*model.passages, *gradient.passages]
    both = [p.name for p in passages if all(p.blocks)]
    assert both == [name.partition(".")[2] for name in blocks if "." in name]
    alone = {p.name for p in passages} - {*both}  # what several draws of z need
    assert alone == {"rows", "importance_weighted_bound", "elbo_of_one_draw", "of"}
    other_docstrings = [p.name for p in passages if not p.docstring]
    assert other_docstrings == [source.HEAD, source.HEAD, "elbo"]  # which has beta
    assert not any(p.formulas for p in gradient.passages)


@pytest.mark.parametrize(
    ("ours", "theirs", "lit"),
    [
        ("h = tf.nn.relu(h * W)", "h = T.nnet.relu(h * W)", ["tf.nn.relu"]),
        ("return a", "b = c", ["return", " ", "a"]),
        ("h = 1  # one", "h = 1  # two", ["one"]),
    ],
)
def test_only_words_that_differ_are_lit(tmp_path, ours, theirs, lit):
    path = tmp_path / "a.py"
    _, line = function(f"import a\ndef f():\n    {ours}", path, "tf")
    _, other = function(f"import a\ndef f():\n    {theirs}", path, "theano")
    assert [line.words[i].text for i in sorted(align.different(line, other))] == lit


def test_the_dictionary_counts_what_stands_in_the_sources():
    group = next(group for group in GROUPS if group.dictionary)
    folder = packages.ROOT / group.names[0]
    text = "".join((folder / file.title).read_text() for file in group.files)
    for (_, *names), passages in group.dictionary:
        assert passages.total() == len(re.findall(rf"{names[0]}\b", text)), names


def test_a_bound_stands_between_the_model_and_its_machinery():
    """If all have it; its functions are tried as the model's are."""
    titles = [[file.title for file in group.files] for group in GROUPS[:2]]
    assert titles == [["model.py", "bound.py", "vae.py"], ["model.py", "gan.py"]]
    assert GROUPS[0].functions[-2:] == ["doubly_reparameterized_bound", evidence.STEP]


def test_a_difference_of_a_millionth_is_measured():
    a = np.ones(4, np.float32)
    b = a * np.float32(1.000001)
    assert evidence.relative(a, a) == 0
    assert evidence.relative(a, b) == pytest.approx(1e-6, rel=0.1)
    with pytest.raises(ValueError, match="shapes differ"):
        evidence.relative(a, a[:2])
