"""The start, the notebooks' pages, and what all pages share: links and the address."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from common.packages import ROOT
from tests.tools.pages.browser import assert_accessible
from tools.pages import address, base, index
from tools.pages.index import notebook

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.html"))
PICTURE = re.compile(r'"data:image/webp;base64,[^"]*"')
URL = "https://github.com/some-one/a.name"
SITE = "https://some-one.github.io/a.name/"


class Links(HTMLParser):
    """What a page links to, its ids, and the values that its menus offer."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.tags, self.values = [], set(), {}, {}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        if tag == "a":
            self.links.append(attributes["href"])
        if tag == "select":
            self.menu = self.values.setdefault(attributes.get("id"), set())
        if tag == "option":
            self.menu.add(attributes["value"])
        if tag == "meta":
            name = attributes.get("name") or attributes.get("property")
            self.tags[name] = attributes.get("content")


@pytest.fixture(scope="module")
def read():
    return {path: Links(path) for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_link_leads_somewhere(path, read):
    """Within docs/, which is served alone; an anchor with "=" is a state of a page."""
    for link in read[path].links:
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.is_relative_to(DOCS) and there in read, link
        if "=" not in anchor:
            assert not anchor or anchor in read[there].ids, link
        elif there.name == "train.html":
            for name, (value,) in parse_qs(anchor).items():
                assert name == "steps" or value in read[there].values[name], link


@pytest.mark.parametrize("name", sorted({*base.PAGES} - {"explorer.html"}))
def test_a_page_says_what_it_is_and_leads_to_the_others(name, read):
    page = read[DOCS / name]
    assert set(base.PAGES) <= set(page.links)
    assert page.tags["og:title"] and page.tags["og:description"]
    assert len(page.tags["description"]) > 50


def test_the_committed_pages_are_those_of_the_notebooks(monkeypatch):
    """But for the pictures, which another Pillow may write otherwise."""
    monkeypatch.setattr(notebook, "picture", lambda png: "data:image/webp;base64,")
    built = index.pages()
    committed = {path.relative_to(DOCS).as_posix() for path in PAGES}
    assert {n for n in committed if n == "index.html" or "/" in n} == set(built)
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {Path(name).stem for name in built} == {"index", *notebooks}
    for name, page in built.items():
        text = (DOCS / name).read_text(encoding="utf-8")
        old, new = (PICTURE.sub('""', each) for each in (text, page))
        assert old == new, f"docs/{name} is out of date: run `make pages`"
        assert text.count("data:image/webp") == page.count("data:image/webp")
        assert len(text) < 1_200_000


def test_markdown_keeps_code_and_formulas():
    text = r"Costs `$5$` or $x_1$ in [*2*](02_b.ipynb#a), [file](../README.md)."
    html = notebook.markdown(text)
    assert "<code>$5$</code>" in html and "<msub><mi>x</mi>" in html
    assert '<a href="02_b.html#a"><em>2</em></a>' in html
    code = re.compile(r"<pre.*?</pre>|<code>.*?</code>", re.S)
    for path in (DOCS / "notebooks").glob("*.html"):
        text = code.sub("", path.read_text())
        math = re.findall(r"<math.*?</math>", text, re.S)
        assert not [m for m in math if "\\" in m], path
        assert "$" not in PICTURE.sub("", text.partition("<body>")[2]), path


def test_one_setting_fills_in_the_address(monkeypatch):
    """Twice is as once, and without an address all is as before."""
    places = [(name, path) for name in address.PLACES for path in ROOT.glob(name)]
    before = {place: place[1].read_text(encoding="utf-8") for place in places}
    empty, full = (
        {key: address.filled(key[0], text, url) for key, text in before.items()}
        for url in ("", URL)
    )
    assert base.repository() or before == empty
    for (name, path), text in full.items():
        assert address.filled(name, text, URL) == text
        assert address.filled(name, text, "") == empty[name, path]
        if path.suffix == ".ipynb":
            sources = ["".join(c["source"]) for c in json.loads(text)["cells"]]
            filled = [s for s in sources if "ADDRESS = " in s]
            assert filled and all(f'ADDRESS = "{URL}"' in s for s in filled)
    readme = full["README.md", ROOT / "README.md"]
    linked = re.findall(r"\]\((https[^)]*html)\)", readme)
    assert {f"{SITE}{name}" for name in base.PAGES} <= {*linked}
    assert f"{URL}/actions/workflows/ci.yml/badge.svg" in readme
    assert readme.count("\n") == before["README.md", ROOT / "README.md"].count("\n")
    monkeypatch.setattr(base, "repository", lambda: URL)
    monkeypatch.setattr(notebook, "picture", lambda png: "data:,")
    pages = index.pages()
    assert f'content="{SITE}plane.png"' in pages["index.html"]
    assert f'href="{URL}"' in pages["index.html"]
    first = next(page for name, page in pages.items() if "/" in name)
    assert "https://colab.research.google.com/github/some-one/a.name/blob/" in first


def test_the_workflow_pins_its_actions():
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    used = re.findall(r"uses: actions/([\w-]+)@(\S*)", workflow)
    assert {"deploy-pages", "upload-pages-artifact"} <= {name for name, _ in used}
    assert all(re.fullmatch("[0-9a-f]{40}", commit) for _, commit in used)


@pytest.mark.pages
def test_start_and_notebooks_on_a_phone(visit):
    """The policy refuses nothing, and nothing is too wide; axe tries two of them."""
    pages = (DOCS / "notebooks").glob("*.html")
    start, *others = sorted(pages, key=lambda path: path.stat().st_size)
    for path in (DOCS / "index.html", start, *others):
        with visit(path, 320, color_scheme="dark") as page:
            if path not in others:
                assert_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            broken = "[...document.images].filter(image => !image.naturalWidth).length"
            assert page.evaluate(broken) == 0
