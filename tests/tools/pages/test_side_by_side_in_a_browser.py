"""The side-by-side page in a real browser, by mouse, touch and keyboard."""

import re
import subprocess

import pytest

from common import packages
from tests.tools.pages.browser import HOSTILE, LOOKS, assert_accessible
from tests.tools.pages.test_side_by_side import EVERY, GROUPS, measured
from tools import twins
from tools.compare import page as comparison
from tools.pages import side_by_side
from tools.pages.side_by_side import programs

LIT = ".on"
STEP = "#vae-vae-Network-_train"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "compare.html"
    path.write_text(side_by_side.page(EVERY, measured))
    return path


@pytest.fixture
def page(visit, path):
    with visit(path) as page:
        yield page


def word(page, text, column=0, within=".passage"):
    cell = f"{within} td:not([hidden]):nth-child({column + 1}) i"
    return page.locator(cell).filter(has_text=re.compile(rf"^{re.escape(text)}$")).first


def test_a_name_lights_up_everywhere(page):
    """In both columns and in formulas; an operation under its other names, too."""
    word(page, "mu").click()
    lit = page.locator(LIT)
    assert set(lit.all_text_contents()) == {"mu", "\u03bc"}
    for column in (1, 2):
        assert page.locator(f"td:nth-child({column}) {LIT}").count() > 5
    assert page.locator(f"math {LIT}").count() >= 3
    word(page, "mu").click()
    assert lit.count() == 0
    sigma = page.locator("#vae-model-encode math [data-n=W_logvar]")
    assert sigma.evaluate("e => getComputedStyle(e).cursor") == "pointer"
    sigma.click()
    assert set(lit.all_text_contents()) == {"W\u03c3", '"W_logvar"', "W_logvar"}
    (operation, *names), _ = GROUPS[0].dictionary[0]
    names.append(twins.NAMES["javascript"][operation])
    word(page, names[0]).click()
    assert set(lit.all_text_contents()) == set(names)
    shown = page.locator(f"{LIT}:visible").all_text_contents()
    told = page.inner_text(".told").partition(":")[0].split(", ")
    assert told == [*dict.fromkeys(shown)] != names


def test_the_bar_says_where_a_name_stands_and_leads_there(page):
    word(page, "loss", within=STEP).click()
    told = page.locator(".told")
    assert 0 <= told.bounding_box()["y"] < 100
    first, count = re.match(r"loss: (\d+) of (\d+) p", told.inner_text()).groups()
    for step, place in (("Next", int(first) + 1), ("Previous", first)):
        page.get_by_role("button", name=f"{step} place").click()
        assert told.inner_text().startswith(f"loss: {place} of {count} ")
        assert page.locator(".at").all_text_contents() == ["loss"]


def test_the_address_holds_what_is_shown(visit, path):
    """The place, the columns, the name, the boxes.  Each heading links to itself."""
    with visit(path) as page:
        assert page.locator(":is(h2, h3, h4):not(:has(.sign:visible))").count() == 0
        page.locator("#vae-model-encode .sign").click()
        assert page.url.endswith("#vae-model-encode&left=vae_tf&right=vae_theano")
        page.locator("#vae-model select").nth(1).select_option(label="vae_numpy")
        page.uncheck("#why")
        word(page, "np.matmul", 1).click()
        place = page.url.removeprefix(path.as_uri())
    assert "&left=vae_tf&right=vae_numpy&plain&name=" in place
    with visit(path, place=place) as page:
        menus = page.locator("#vae-model option:checked")
        assert menus.all_inner_texts()[:2] == ["vae_tf", "vae_numpy"]
        assert "np.matmul" in page.locator(LIT).all_text_contents()
        assert page.locator(".why:visible").count() == 0
        link = page.locator(".contents [aria-current]").inner_text()
        assert link in place
        assert link in page.inner_text(".here")
        assert 0 < page.locator(place.partition("&")[0]).bounding_box()["y"] < 200


def test_columns_are_copied_one_at_a_time(visit, path, tmp_path):
    """A file as it is, two as a diff that git can apply, lines without those beside."""
    read = "navigator.clipboard.readText()"
    with visit(path, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.locator("#vae-model select").nth(1).select_option(label="vae_jax")
        for file in page.locator("section.file").all():
            names, copies = file.locator("option:checked").all_inner_texts()[:2], []
            for button in (*file.locator(".copy").all()[:2], file.locator(".diff")):
                button.click()
                copies.append(page.evaluate(read))
            title = file.locator("h3").inner_text().split()[0]
            paths = [name if "/" in name else f"{name}/{title}" for name in names]
            for copied, column in zip(copies, paths, strict=False):
                room = "tools/pages" if column == programs.JAVASCRIPT else ""
                text = (packages.ROOT / room / column).read_text()
                if room:  # one object of two
                    text = text.split("\n};\n")[title == twins.GRADIENT].lstrip()
                    text += "\n};\n"
                assert copied == text
            (tmp_path / "diff").write_text(copies[2].replace(*paths[::-1]))
            (tmp_path / paths[0]).parent.mkdir(exist_ok=True)
            (tmp_path / paths[0]).write_text(copies[0])
            subprocess.run(["git", "apply", "-p0", "diff"], cwd=tmp_path, check=True)
            assert (tmp_path / paths[0]).read_text() == copies[1]
        lines = page.locator("#vae-model-encode td:nth-child(1)")
        lines.first.scroll_into_view_if_needed()
        start, end = (lines.nth(row).bounding_box() for row in (1, 3))
        page.mouse.move(start["x"] + 2, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(end["x"] + end["width"] - 2, end["y"] + end["height"] - 8)
        page.mouse.up()
        page.keyboard.press("Control+c")
        assert page.evaluate(read).split("\n") == lines.all_text_contents()[1:4]


def test_frameworks_are_explained_by_why_and_how_far_they_are_apart(page):
    notes = page.locator(f"{STEP} .why:visible")
    assert "The tape records" in " ".join(notes.all_inner_texts())
    page.locator("#vae-vae select").first.select_option(label="vae_numpy")
    notes.locator("a").click()
    by_hand = page.locator("#vae_numpy-gradient-kl_divergence")
    assert by_hand.locator("td:visible", has_text="def kl_divergence").count() == 2
    page.uncheck("#why")
    assert page.locator(".why:visible").count() == 0
    apart = page.locator("#vae-model-elbo data:visible")
    shown, menus = [apart.inner_text()], page.locator("#vae-model select")
    for place, column in ((0, "0"), (1, "3"), (2, "5")):
        menus.nth(place).select_option(column)
        shown.append(apart.get_attribute("value"))
    assert shown[0] == "1\u202f\u00d7\u202f10\u22126 apart"
    assert [float(value) for value in shown[1:]] == [0, 2e-6, 4e-6]
    assert page.get_by_text("random inputs").count() == 2  # not at each function
    colors = "all => new Set(all.map(e => getComputedStyle(e).color)).size"
    assert page.locator(".evidence sup:visible").evaluate_all(colors) == 1


def test_the_keyboard_reaches_each_name(page):
    """Links lead to what they name, one beyond the contents; menus choose columns."""
    page.locator(".skip").press("Enter")
    page.wait_for_url("**#vae&**")
    found = "links => links.every(link => document.querySelector(link.hash))"
    assert page.locator("a[href^='#']").evaluate_all(found)
    table = page.locator(".passage table").nth(1)
    table.locator("[tabindex='0']").focus()
    focused = "document.activeElement.textContent"
    first = page.evaluate(focused)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) != first
    page.keyboard.press("ArrowDown")
    name = page.evaluate(focused)
    page.keyboard.press("Enter")
    assert page.locator(LIT).all_text_contents().count(name) > 1
    assert page.evaluate("document.activeElement.ariaPressed") == "true"
    page.keyboard.press("Escape")
    assert page.locator(LIT).count() == 0
    assert table.locator("[tabindex='0']").count() == 1
    page.locator("#vae-model-encode td [tabindex='0']").focus()
    page.keyboard.press("Home")  # a symbol of the formula
    page.keyboard.press("Enter")
    assert "\u03bc" in page.locator(LIT).all_text_contents()
    page.locator("#vae-model select").first.select_option(label="vae_theano")
    chosen = page.locator("#vae-bound option:checked").all_inner_texts()[:2]
    heads = page.locator("#vae-model-decode th:not([hidden])").all_text_contents()
    assert chosen == heads == ["vae_theano", "vae_tf"]  # of all files, exchanged


def test_only_what_differs(page):
    """What is read stays where it is, also in a browser that does not see to it."""
    page.evaluate("document.body.style.overflowAnchor = 'none'")
    height = "document.querySelector('#vae').scrollHeight"
    whole, mark = page.evaluate(height), page.locator(STEP)
    same = page.locator(".passage:not(.same) tr.same:visible")
    assert same.count() > 10
    mark.evaluate("e => e.scrollIntoView({behavior: 'instant'})")
    top = mark.bounding_box()["y"]
    page.check("#only")
    assert mark.bounding_box()["y"] == pytest.approx(top, abs=20)
    assert same.count() == 0
    assert page.locator("tbody tr:visible").count() > 10
    assert page.evaluate(height) < 0.6 * whole
    page.uncheck("#only")
    assert mark.bounding_box()["y"] == pytest.approx(top, abs=20)
    assert same.count() > 10
    rows = page.locator("section.file tr:visible:not(.same, :has(td:visible .d))")
    assert rows.locator("td").count() == 0  # what is not quiet says what differs


def test_touch_and_stacked_pairs_on_a_narrow_screen(visit, path):
    with visit(path, 320, 700, has_touch=True) as page:
        word(page, "logits").tap()
        assert page.locator(LIT).count() > 5
        row = page.locator(".passage tbody tr:not(.same):not([hidden])").first
        a, b = (cell.bounding_box() for cell in row.locator("td:visible").all())
        assert a["x"] == b["x"]
        assert b["y"] >= a["y"] + a["height"] - 1
        same = page.locator(".passage tbody tr.same:not([hidden])").first
        assert same.locator("td:visible").count() == 1
        table = page.locator(".dictionary .scroll").first
        assert table.evaluate("e => e.scrollWidth - e.clientWidth") == 0
        page.evaluate("scrollTo({top: 9000, behavior: 'instant'})")
        assert page.locator(".bar").bounding_box()["y"] == 0
        page.locator("summary").tap()
        page.locator(".contents a", has_text="gan.py").tap()
        page.wait_for_url("**#gan-gan&**")
        assert not page.locator(".contents nav").is_visible()


def test_the_page_is_whole_without_its_script(visit, path):
    with visit(path, java_script_enabled=False) as page:
        assert page.locator(".passage td:visible").count() > 100
        assert page.locator("math").first.is_visible()
        assert page.locator(".d:visible").count() > 20
        assert page.locator(":is(.menus, label, button):visible").count() == 0
        assert page.locator(".names:visible, summary:visible").count() > 7
        assert "Click" not in page.inner_text("main")
        row = page.locator("#vae-model-decode tbody tr:not(.same)").first
        assert row.locator("td:visible").count() == 2


def test_print_and_the_size_of_letters(page):
    """Print has the code, the names of columns on each sheet, and no menus."""
    texts = "header p", ".doc", "pre", "td", ".why", "h3", ".bar label", "select"
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    before = [page.locator(text).first.evaluate(size) for text in texts]
    page.evaluate("document.documentElement.style.fontSize = '32px'")
    after = [page.locator(text).first.evaluate(size) for text in texts]
    assert after == [2 * size for size in before]
    page.emulate_media(media="print")
    assert page.locator(".bar:visible, .menus:visible").count() == 0
    assert page.locator(".passage td:visible").count() > 100
    assert len(page.pdf()) > 10_000
    head = page.locator("#vae-bound-of thead")
    style = "e => [getComputedStyle(e).display, getComputedStyle(e).clipPath]"
    assert head.evaluate(style) == ["table-header-group", "none"]


def test_a_report_of_hostile_names_injects_nothing(visit, tmp_path):
    package = EVERY[0]
    column = {"label": HOSTILE, "run": True, "package": package}
    report = {
        "columns": [column, column | {"label": "plain"}],
        "data": HOSTILE,
        "rows": [("ELBO", "nats", 2, [-100, -1234.567])],
        "differing_settings": {"data": [HOSTILE, None]},
        "apart": {"1": [1.2e-7], "end": [0.0]},
    }
    for name in ("a.png", f"{comparison.NARROW}a.png"):
        (tmp_path / name).write_bytes(b"a")
    path = tmp_path / "report.html"
    path.write_text(comparison.page(report, {"a.png": HOSTILE}, tmp_path))
    with visit(path, color_scheme="dark") as page:
        assert page.title() == f"{HOSTILE} and plain"
        texts = page.locator("bdi").all_text_contents()
        assert [t for t in texts if t not in ("plain", "None")] == [HOSTILE] * 6
        assert page.locator("figcaption").all_text_contents() == [HOSTILE]
        assert page.locator("script").count() == page.locator("img").count() == 1
        cells = page.locator("td").all_text_contents()
        assert page.get_by_text("rounds its sums").bounding_box()["width"] < 800
        figure = page.locator("figure .scroll")
        assert figure.get_attribute("aria-label") == HOSTILE
        dark = figure.locator("img").evaluate("e => getComputedStyle(e).filter")
        assert dark.startswith("invert")
        page.set_viewport_size({"width": 360, "height": 740})
        assert figure.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    assert cells == ["", "-100.00", "-1,234.57", "1.2\u202f\u00d7\u202f10\u22127", "0"]


def test_three_columns_on_a_wide_screen(visit, path):
    """A word is lit that differs from both others."""
    third = "#vae&left=vae_tf&right=vae_theano&third=vae_pytensor"
    with visit(path, 1280, place=third) as page:
        row = page.locator("#vae-model-decode tr:not(.same)", has_text="return")
        lit = row.locator("td:visible .d")
        assert lit.all_text_contents() == ["tf.matmul"]
        page.locator("#vae select").nth(2).select_option(label="vae_numpy")
        assert lit.all_text_contents() == ["tf.matmul", "T.dot", "np.matmul"]
        page.set_viewport_size({"width": 1270, "height": 1000})
        assert row.locator("td:visible").count() == 2


@LOOKS
def test_it_is_accessible(visit, path, width, scheme):
    """Axe takes its time: it reads every fourth function, whose parts are all alike."""
    with visit(path, width, color_scheme=scheme) as page:
        others = "all => all.forEach((one, n) => n % 4 && one.remove())"
        page.locator(".passage").evaluate_all(others)
        assert_accessible(page)
        word(page, "mu").click()
        page.check("#only")
        if width == 1440:
            page.locator("#vae select").nth(2).select_option("2")
        page.locator(".contents").evaluate("e => { e.open = !e.open }")
        assert_accessible(page)
