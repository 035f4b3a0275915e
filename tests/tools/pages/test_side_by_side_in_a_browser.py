"""The side-by-side page in a real browser, by mouse, touch and keyboard."""

import re
import shutil

import pytest

from common import packages
from tests.tools.pages.browser import HOSTILE, LOOKS, assert_accessible
from tools import twins
from tools.compare import page as comparison
from tools.pages import side_by_side
from tools.pages.side_by_side import programs

LIT = ".on"


def measure(names, functions):
    return dict.fromkeys(functions, 1e-6)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "compare.html"
    path.write_text(side_by_side.page(packages.every(), measure))
    return path


@pytest.fixture
def page(visit, path):
    with visit(path) as page:
        yield page


def word(page, text, column=0):
    cell = f".passage td:not([hidden]):nth-child({column + 1}) i"
    return page.locator(cell).filter(has_text=re.compile(rf"^{re.escape(text)}$")).first


@LOOKS
def test_it_is_accessible(visit, path, width, scheme):
    with visit(path, width, color_scheme=scheme) as page:
        assert_accessible(page)
        word(page, "mu").click()
        page.check("#only")
        assert_accessible(page)


def test_a_name_lights_up_everywhere(page):
    """In both columns and in formulas; an operation under its other names, too."""
    word(page, "mu").click()
    lit = page.locator(LIT)
    assert set(lit.all_text_contents()) == {"mu", "\u03bc"}
    for column in (1, 2):
        assert page.locator(f"td:nth-child({column}) {LIT}").count() > 5
    assert page.locator(f"math {LIT}").count() >= 3
    assert "mu" in page.inner_text(".told")
    word(page, "mu").click()
    assert lit.count() == 0
    (_, *names), _ = programs.groups(packages.every())[0].dictionary[0]
    word(page, names[0]).click()
    assert set(lit.all_text_contents()) == set(names)


def test_the_keyboard_reaches_each_name(page):
    table = page.locator(".passage table").nth(1)
    table.locator("[tabindex='0']").focus()
    focused = "document.activeElement.textContent"
    first = page.evaluate(focused)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) != first
    page.keyboard.press("ArrowDown")
    name = page.evaluate(focused)
    page.keyboard.press("Enter")
    assert page.locator(LIT).count() > 1
    assert name in page.locator(LIT).all_text_contents()
    assert page.evaluate("document.activeElement.ariaPressed") == "true"
    page.keyboard.press("Escape")
    assert page.locator(LIT).count() == 0
    assert table.locator("[tabindex='0']").count() == 1


def test_menus_choose_the_columns(page):
    menus = page.locator(".menus").first.locator("select")
    before = [menus.nth(i).input_value() for i in range(2)]
    heads = page.locator(".passage thead tr").first.locator("th:not([hidden])")
    names = heads.all_text_contents()
    menus.nth(0).select_option(before[1])
    assert [menus.nth(i).input_value() for i in range(2)] == before[::-1]
    assert heads.all_text_contents() == names[::-1]
    other = page.locator(".group").first.locator(".menus").nth(1).locator("select")
    assert other.nth(0).input_value() == before[1]


def test_only_what_differs(page):
    same = page.locator(".passage:not(.same) tr.same:visible")
    assert same.count() > 10
    page.check("#only")
    assert same.count() == 0
    assert page.locator("tbody tr:visible").count() > 10
    page.uncheck("#only")
    assert same.count() > 10


def test_jump_links_lead_to_what_they_name(page):
    links = page.locator("nav a, .dictionary a").evaluate_all(
        "links => links.map(link => document.querySelectorAll(link.hash).length)"
    )
    assert set(links) == {1}


def test_touch_and_stacked_pairs_on_a_narrow_screen(visit, path):
    with visit(path, 320, 700, has_touch=True) as page:
        word(page, "logits").tap()
        assert page.locator(LIT).count() > 5
        row = page.locator(".passage tbody tr:not(.same):not([hidden])").first
        boxes = [cell.bounding_box() for cell in row.locator("td:visible").all()]
        assert len(boxes) == 2
        assert boxes[0]["x"] == boxes[1]["x"]
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"] - 1
        same = page.locator(".passage tbody tr.same:not([hidden])").first
        assert same.locator("td:visible").count() == 1


def test_the_page_is_whole_without_its_script(visit, path, three):
    with visit(path, java_script_enabled=False) as page:
        assert page.locator(".passage td:visible").count() > 100
        assert page.locator("math").first.is_visible()
        assert page.locator(".d:visible").count() > 20
        assert page.locator(".menus:visible, .only:visible").count() == 0
        assert page.locator(".names:visible").count() > 0
    with visit(three, java_script_enabled=False) as page:  # two columns of three
        row = page.locator("#vae-model-decode tbody tr:not(.same)").first
        assert row.locator("td:visible").count() == 2


def test_print_shows_the_code_and_no_menus(page):
    page.emulate_media(media="print")
    assert page.locator(".bar:visible, .menus:visible").count() == 0
    assert page.locator(".passage td:visible").count() > 100
    assert len(page.pdf()) > 10_000


def test_a_report_of_hostile_names_injects_nothing(visit, tmp_path):
    package = packages.every()[0]
    column = {"label": HOSTILE, "run": True, "package": package}
    report = {
        "columns": [column, column | {"label": "plain"}],
        "data": HOSTILE,
        "rows": [("ELBO", "nats", 2, [-100, -1234.567])],
        "differing_settings": {"data": [HOSTILE, None]},
        "apart": {"1": [1.2e-7], "end": [0.0]},
    }
    (tmp_path / "a.png").write_bytes(b"")
    path = tmp_path / "report.html"
    path.write_text(comparison.page(report, {"a.png": HOSTILE}, tmp_path))
    with visit(path) as page:
        assert page.title() == f"{HOSTILE} and plain"
        texts = page.locator("bdi").all_text_contents()
        assert [t for t in texts if t not in ("plain", "None")] == [HOSTILE] * 6
        assert page.locator("figcaption").all_text_contents() == [HOSTILE]
        assert page.locator("script").count() == page.locator("img").count() == 1
        cells = page.locator("td").all_text_contents()
    assert cells == ["", "-100.00", "-1,234.57", "1.2\u202f\u00d7\u202f10\u22127", "0"]


@pytest.fixture
def three(tmp_path, monkeypatch):
    """A page with a third framework, which calls the product P.product."""
    first, second, *_ = programs.groups(packages.every())[0].names
    model, third = twins.model(first), f"{twins.model(first)}_third"
    for name in (first, second):
        shutil.copytree(packages.ROOT / name, tmp_path / name)
    shutil.copytree(packages.ROOT / second, tmp_path / third)
    for file in (tmp_path / third).glob("*.py"):
        text = file.read_text().replace("T.dot", "P.product").replace("T.", "P.")
        file.write_text(text.replace("theano.tensor as T", "third as P"))
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setitem(twins.NAMES, "third", {"product": "P.product"})
    path = tmp_path / "three.html"
    path.write_text(side_by_side.page([first, second, third], measure))
    assert f"{model}_third" in path.read_text()
    return path


def test_three_columns_on_a_wide_screen(visit, three):
    with visit(three, 1900) as page:
        row = page.locator("#vae-model-decode tbody tr:not(.same)")
        assert row.count() == 1
        lit = [cell.locator(".d") for cell in row.locator("td:visible").all()]
        assert [words.all_text_contents() for words in lit] == [
            ["tf.matmul"],
            ["T.dot"],
            ["P.product"],
        ]
        assert page.locator(".menus").first.locator("select:visible").count() == 3
        assert_accessible(page)
        page.set_viewport_size({"width": 1440, "height": 1000})
        assert row.locator("td:visible").count() == 2
        page.locator(".menus").first.locator("select").nth(1).select_option("2")
        word(page, "P.product", column=1).click()
        texts = set(page.locator(LIT).all_text_contents())
        assert texts == {"tf.matmul", "T.dot", "P.product"}
