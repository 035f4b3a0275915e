"""What README and docs/ say is checked: links, tables, code, numbers."""

import re
from contextlib import chdir, redirect_stdout
from io import StringIO

import pytest

from docs import usage
from tests.conftest import ROOT

PAGES = [
    *(ROOT / f"{n}.md" for n in ("README", "CONTRIBUTING", "CHANGELOG", "SECURITY")),
    *sorted((ROOT / "docs").glob("*.md")),
]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def prose(page):
    """The text of a page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page):
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.M)
    plain = (re.sub(r"[^\w -]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@EVERY_PAGE
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^):]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@EVERY_PAGE
def test_a_page_leads_to_the_front_page_and_to_neighbors(page):
    targets = {(page.parent / t).resolve() for t in links(page)}
    assert len((set(PAGES) - {page}) & targets) >= 3 or page.parent == ROOT
    assert page.name == "README.md" or ROOT / "README.md" in targets


@EVERY_PAGE
def test_a_name_stands_in_the_file_that_a_page_gives(page):
    named = re.findall(r"`(\w+)` in\s+\[[^]]+\]\(([^)]+)\)", prose(page))
    assert named or page.name != "course.md"
    for name, target in named:
        source = (page.parent / target).read_text(encoding="utf-8")
        assert re.search(rf"\b{name}\b", source), (name, target)


def links(page):
    return [t.partition("#")[0] for t in re.findall(r"\]\(([^):]+)\)", prose(page))]


def test_the_front_page_leads_to_every_page():
    targets = {(ROOT / target).resolve() for target in links(ROOT / "README.md")}
    assert set(PAGES) - {ROOT / "README.md"} <= targets


@EVERY_PAGE
def test_lines_are_short(page):
    """But for rows of tables, and for a link alone in its line."""
    lines = page.read_text(encoding="utf-8").splitlines()
    long = [line for line in lines if len(line) > 100 and line[:1] != "|"]
    assert not [line for line in long if not re.fullmatch(r"- \[.*\]\(.*\),?", line)]


@EVERY_PAGE
def test_every_picture_says_what_it_shows_and_has_a_dark_version(page):
    text = prose(page)
    pictures = r'srcset="([^"]+)">\s+<img src="([^"]+)"[^>]*?\salt="([^"]+)">'
    shown = re.findall(pictures, text)
    assert len(shown) == text.count("<img") == text.count("<picture>")
    for dark, light, alt in shown:
        folder, _, name = light.rpartition("/")
        assert dark == "/".join([*filter(None, [folder]), "dark", name])
        assert (page.parent / dark).exists() and (page.parent / light).exists()
        assert len(alt) > 20
    for alt in re.findall(r"!\[([^]]*)\]", text):
        assert len(alt) > 20


def test_the_tables_of_options_are_those_of_the_programs():
    page = (ROOT / "docs/usage.md").read_text(encoding="utf-8")
    assert page == usage.updated(page), "docs/usage.md is out of date: run `make usage`"


def blocks(page):
    """Blocks of Python, each with the block of output behind it, or None."""
    parts = FENCE.findall(page.read_text(encoding="utf-8"))
    following = [*parts[1:], ("end", "")]
    for (language, code), (other, output) in zip(parts, following, strict=True):
        if language == "python":
            yield code, None if other else output


def same(printed, stated):
    """Whether texts are alike, but for one in the last digit of a number."""
    texts = printed, stated
    if len({NUMBER.sub("", text) for text in texts}) > 1:
        return False
    for numbers in zip(*map(NUMBER.findall, texts), strict=True):
        digits = {len(number.partition(".")[2]) for number in numbers}
        first, second = (float(number) for number in numbers)
        if len(digits) > 1 or abs(first - second) > 1.5 * 10.0 ** -digits.pop():
            return False
    return True


def test_the_code_of_the_questions_prints_what_the_page_says():
    page, names = ROOT / "docs/questions.md", {}
    for code, output in blocks(page):
        with chdir(ROOT), redirect_stdout(StringIO()) as printed:
            exec(code, names)
        assert same(printed.getvalue(), output or ""), printed.getvalue()


@pytest.mark.parametrize(
    "stated, alike", [("1.23", True), ("1.26", False), ("1.2", False), ("x 1", False)]
)
def test_numbers_are_compared_to_the_last_digit(stated, alike):
    assert same("1.24", stated) is alike
