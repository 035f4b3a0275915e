"""The side-by-side page in a real browser, by mouse, touch and keyboard."""

import re
import shutil

import pytest

from common import packages
from common.packages import ROOT
from tests.tools.pages.browser import WIDTHS, browser, faults, needs_chromium, opened
from tools.pages import base, side_by_side
from tools.pages.side_by_side import parts
from tools.pages.side_by_side.evidence import Evidence

pytestmark = [needs_chromium, pytest.mark.slow]
LIT = ".on"


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    def measure(names, functions):
        return {name: Evidence(200, 1e-6, 1e-6) for name in functions}

    path = tmp_path_factory.mktemp("page") / "compare.html"
    path.write_text(side_by_side.page(packages.every(), measure))
    return path


@pytest.fixture
def page(chromium, path):
    with opened(chromium, path, viewport={"width": 1440, "height": 1000}) as page:
        yield page


def word(page, text, column=0, within=".passage"):
    cell = f"{within} td:not([hidden]):nth-child({column + 1}) i"
    return page.locator(cell).filter(has_text=re.compile(rf"^{re.escape(text)}$")).first


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_fault_and_nothing_beside_the_page(chromium, path, width, scheme):
    viewport = {"width": width, "height": 1000}
    with opened(chromium, path, viewport=viewport, color_scheme=scheme) as page:
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        word(page, "mu").click()
        page.check("#only")
        assert faults(page) == []


def test_a_name_lights_up_everywhere(page):
    word(page, "mu").click()
    lit = page.locator(LIT)
    assert set(lit.all_text_contents()) == {"mu", "\u03bc"}
    for column in (1, 2):
        assert page.locator(f"td:nth-child({column}) {LIT}").count() > 5
    assert page.locator(f"math {LIT}").count() >= 3
    assert "mu" in page.inner_text(".told")
    word(page, "mu").click()
    assert lit.count() == 0


def test_a_translation_lights_up_with_its_other_names(page):
    group = next(g for g in parts.groups(packages.every()) if g.dictionary)
    names = next(iter(group.dictionary))
    word(page, names[0]).click()
    texts = set(page.locator(LIT).all_text_contents())
    assert set(names) <= texts | {"@", ".sum"}
    assert names[0] in texts
    assert names[1] in texts


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


def test_touch(chromium, path):
    viewport = {"width": 320, "height": 700}
    with opened(chromium, path, viewport=viewport, has_touch=True) as page:
        word(page, "logits").tap()
        assert page.locator(LIT).count() > 5


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
    for link in page.locator("nav a, .dictionary a").all():
        assert page.locator(link.get_attribute("href")).count() == 1


def test_stacked_pairs_on_a_narrow_screen(chromium, path):
    with opened(chromium, path, viewport={"width": 320, "height": 900}) as page:
        row = page.locator(".passage tbody tr:not(.same):not([hidden])").first
        boxes = [cell.bounding_box() for cell in row.locator("td:visible").all()]
        assert len(boxes) == 2
        assert boxes[0]["x"] == boxes[1]["x"]
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"] - 1
        same = page.locator(".passage tbody tr.same:not([hidden])").first
        assert same.locator("td:visible").count() == 1


def test_the_page_is_whole_without_its_script(chromium, path):
    with opened(chromium, path, java_script_enabled=False) as page:
        assert page.locator(".passage td:visible").count() > 100
        assert page.locator("math").first.is_visible()
        assert page.locator(".d:visible").count() > 20
        assert page.locator(".menus:visible, .only:visible").count() == 0
        assert page.locator(".names:visible").count() > 0


def test_print_shows_the_code_and_no_menus(page):
    page.emulate_media(media="print")
    assert page.locator(".bar:visible, .menus:visible").count() == 0
    assert page.locator(".passage td:visible").count() > 100
    assert len(page.pdf()) > 10_000


def test_what_a_run_is_called_injects_nothing(chromium, tmp_path):
    hostile = (
        "<script>document.title='x'</script><img src=x onerror=alert(1)>\"']]>\u202e"
    )
    path = tmp_path / "page.html"
    body = f"<main><h1>{base.text(hostile)}</h1>{base.image(b'', hostile)}</main>"
    path.write_text(base.document(hostile, body))
    context = chromium.new_context()
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.title() == hostile
    assert page.inner_text("h1") == hostile
    assert page.locator("h1 script, h1 img").count() == 0
    context.close()


def test_the_policy_forbids_a_foreign_script_and_every_request(
    chromium, path, tmp_path
):
    changed = tmp_path / "changed.html"
    foreign = (
        "<script>document.title = 'foreign'</script><img src='http://127.0.0.1:9/'>"
    )
    changed.write_text(path.read_text().replace("</main>", f"{foreign}</main>"))
    context = chromium.new_context()
    page = context.new_page()
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(changed.as_uri())
    assert page.title() == side_by_side.TITLE
    assert sum("Content Security Policy" in text for text in refused) == 2
    context.close()


@pytest.fixture
def three(tmp_path, monkeypatch):
    """A page with a third framework, which writes products as @."""
    first, second, *_ = parts.groups(packages.every())[0].names
    model = first.partition("_")[0]
    for name in (first, second):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / f"{model}_third").mkdir()
    for file in ("model.py", f"{model}.py"):
        text = (ROOT / second / file).read_text()
        text = re.sub(r"T\.dot\(h, ([^()]*)\)", r"h @ \1", text).replace("T.", "np.")
        (tmp_path / f"{model}_third" / file).write_text(text)
    monkeypatch.setattr(parts, "ROOT", tmp_path)
    path = tmp_path / "three.html"
    names = [first, second, f"{model}_third"]
    path.write_text(side_by_side.page(names, lambda names, functions: {}))
    return path


def test_three_columns_on_a_wide_screen(chromium, three):
    with opened(chromium, three, viewport={"width": 1900, "height": 1000}) as page:
        row = page.locator("#vae-hidden_layers tbody tr:not(.same)")
        assert row.count() == 1
        lit = [cell.locator(".d") for cell in row.locator("td:visible").all()]
        assert len(lit) == 3
        assert all(words.count() > 0 for words in lit)
        assert page.locator(".menus").first.locator("select:visible").count() == 3
        assert faults(page) == []
        page.set_viewport_size({"width": 1440, "height": 1000})
        assert row.locator("td:visible").count() == 2
        menu = page.locator(".menus").first.locator("select").nth(1)
        menu.select_option("2")
        assert "h @ W" in row.locator("td:visible").nth(1).inner_text()
        word(page, "@", column=1).click()
        assert {"tf.matmul", "T.dot", "@"} <= set(page.locator(LIT).all_text_contents())


def test_without_a_script_two_of_three_columns_stand(chromium, three):
    with opened(chromium, three, java_script_enabled=False) as page:
        row = page.locator("#vae-hidden_layers tbody tr:not(.same)").first
        assert row.locator("td:visible").count() == 2
