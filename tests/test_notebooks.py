"""Each notebook runs on the bundled digits, and is committed as it ran on MNIST."""

import ast
import base64
import io
import json
import re
from collections import defaultdict

import nbformat
import numpy as np
import pytest
from PIL import Image

from notebooks import execute, gaps
from tests.conftest import ROOT
from tests.helpers import environment

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ids = [path.stem for path in NOTEBOOKS]


DEFINITION = re.compile(r"^ *(?:@.*\n *)*(?:def|class) (\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def today():
    """Functions and classes as inspect.getsource gives them.  -> {name: {text, ...}}"""
    sources = defaultdict(set)
    for pattern in ("*_*/*.py", "common/**/*.py", "tools/**/*.py"):
        for path in ROOT.glob(pattern):
            lines = path.read_text().splitlines(keepends=True)
            for node in ast.walk(ast.parse("".join(lines))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    first = min(n.lineno for n in (node, *node.decorator_list))
                    text = "".join(lines[first - 1 : node.end_lineno])
                    sources[node.name].add(text)
    return sources


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def text(notebook):
    """All that a reader sees but for pictures."""
    parts = [cell.source for cell in notebook.cells]
    for output in outputs(notebook):
        data = output.get("data", {})
        parts += [str(value) for kind, value in data.items() if "image" not in kind]
        parts.append(str(output.get("text", "")))
    return "\n".join(parts)


FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def solutions(notebook):
    """The Python in each folded text, in any cell of Markdown."""
    folded = map(CODE.findall, FOLDED.findall(source(notebook, "markdown")))
    return ["\n".join(blocks) for blocks in folded if blocks]


def source(notebook, kind="code"):
    return "\n".join(c.source for c in notebook.cells if c.cell_type == kind)


def test_a_picture_is_made_smaller_but_a_red_dot_stays_red():
    """Many grays, and then one red pixel among them."""
    pixels = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    for red in (False, True):
        if red:
            pixels[0, 7] = 189, 31, 1
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, "png")
        small = execute._smaller(base64.b64encode(content.getvalue()).decode())
        seen = np.array(Image.open(io.BytesIO(base64.b64decode(small))).convert("RGB"))
        assert np.abs(seen.astype(int) - pixels).max() <= (0 if red else 2)
        assert len(np.unique(seen)) <= (256 if red else 128)


FAST, OTHERS = "02_why_a_distribution", pytest.mark.notebooks


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[OTHERS] * (p.stem != FAST)) for p in NOTEBOOKS],
    ids=ids,
)
def test_it_runs_and_its_asserts_hold(tmp_path, path, monkeypatch):
    """And so do its folded solutions, as cells at its end."""
    whole = nbformat.read(path, as_version=4)
    whole.cells += map(nbformat.v4.new_code_cell, solutions(whole))
    monkeypatch.setattr(execute.nbformat, "read", lambda *_, **__: whole)
    notebook = execute.execute(path, env=environment(tmp_path))
    assert "mnist: " not in text(notebook)
    for output in outputs(notebook):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_source_is_shown_as_it_is_today(path, today):
    """Else: `make notebooks`."""
    for cell in nbformat.read(path, as_version=4).cells:
        shown = []
        for text in (output.get("text", "") for output in cell.get("outputs", [])):
            for match in DEFINITION.finditer(text):
                sources = today[match[1]]
                assert any(text.startswith(s, match.start()) for s in sources), match[0]
                shown.append(match[1])
        for arguments in re.findall(r"^show\((.*)\)$", cell.source, re.MULTILINE):
            for name in arguments.split(", "):
                assert set(name.split(".")) & set(shown), f"{name} is not shown"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_every_solution_is_found(path):
    """All code in Markdown is Python in a folded text, so the test above runs it."""
    notebook = nbformat.read(path, as_version=4)
    text = source(notebook, "markdown")
    assert (
        text.count("<details") == text.count("</details>") == len(FOLDED.findall(text))
    )
    assert text.count("```") == 2 * len(CODE.findall("".join(FOLDED.findall(text)))) > 0
    for code in solutions(notebook):
        ast.parse(code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_as_committed(path):
    assert path.stat().st_size < 1_500_000
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    pictures = [o for o in outputs(notebook) if "image/png" in o.get("data", {})]
    assert pictures
    for picture in pictures:  # `alt` in the metadata of its cell says what it shows
        assert len(picture.metadata["image/png"]["alt"]) > 20
    assert not any(output.get("name") == "stderr" for output in outputs(notebook))
    seen = text(notebook)
    assert not re.search(r"/(home|root|tmp|work|Users|var)/|[A-Z]:\\\\", seen)
    assert "digits that scikit-learn bundles" not in seen  # it ran on MNIST
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": spec, "language_info": {"name": "python"}}
    assert json.loads(path.read_text())["metadata"] == metadata


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_it_is_a_sitting(path):
    """It is short, says what it takes, asks for predictions and ends with questions."""
    notebook = nbformat.read(path, as_version=4)
    first, start, *_ = notebook.cells
    assert len(notebook.cells) <= 25
    for words in ("**You need**", "**You will be able to**", "**Time**", " minutes"):
        assert words in first.source, words
    assert start.source == execute.start()
    prose = source(notebook, "markdown")
    for words in ("What to notice", "In three sentences", "Three quick questions"):
        assert words in prose, words
    assert "## Exercises" in prose and "## Sources" in prose
    assert prose.count("**Predict.**") >= 3
    assert not re.search("Position|Settings|Event|defaults|initialize", text(notebook))
    for output in outputs(notebook):
        if "image/png" in (data := output.get("data", {})):
            image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
            assert image.width <= 800  # so letters have 8 pixels on a phone
    assert source(notebook).count("assert") >= 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_the_copy_with_gaps_is_made_from_it(path):
    """Else: `make notebooks`.  Each gap is one place, and the asserts remain."""
    filled, copy = (nbformat.read(path, as_version=4) for _ in range(2))
    with_gaps = nbformat.read(path.parent / "gaps" / path.name, as_version=4)
    assert with_gaps == gaps.of(copy)
    hidden = sum(len(cell.metadata.get("gaps", [])) for cell in filled.cells)
    text, before = (source(notebook) for notebook in (with_gaps, filled))
    assert text.count("...") - before.count("...") == hidden + text.count(gaps.YOURS)
    assert hidden >= 2
