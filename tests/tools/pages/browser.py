"""Chromium for the tests of pages: it notes each console message and each request."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
SCRIPT = Path(__file__).parent / "in_page.js"  # runs in a page before its own
needs_chromium = pytest.mark.skipif(
    not CHROMIUM, reason="there is no chromium (Debian: apt install chromium)"
)
# Contrast does not depend on the width, nor the layout on the scheme.
LOOKS = pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (768, "dark"), (320, "light")]
)
HOSTILE = (
    "<script>alert(1)</script>\"'></title>]]>--><img src=x onerror=alert(2)>\u202eabc"
)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def opened(chromium, path, width=1440, height=1000, place="", **other):
    """A page of that file, at a place in it; afterwards: it said and asked nothing."""
    viewport = {"width": width, "height": height}
    context = chromium.new_context(viewport=viewport, **other)
    context.set_default_timeout(120_000)  # a busy machine is no fault of the page
    page = context.new_page()
    page.add_init_script(path=SCRIPT)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(path.as_uri() + place)
        yield page
        assert said == []
        assert asked == [path.as_uri()]
    finally:
        context.close()


def assert_accessible(page):
    """Axe-core finds nothing wrong, and nothing is wider than the window."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": AXE_TAGS, "resultTypes": ["violations"]}
    violations = Axe().run(page, options=options).response["violations"]
    faults = [f"{v['id']}: {n['html'][:200]}" for v in violations for n in v["nodes"]]
    assert faults == []
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= page.viewport_size["width"]


def frame(page):
    """Wait until what was asked for is drawn."""
    done = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
    page.evaluate(f"() => {done}")


def wait(page, expression):
    """Until it is true.  (The page's policy refuses Playwright's own waiting.)"""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def fingers(page, *paths):
    """Touches that go along these paths of (x, y) in the window, at once."""
    session = page.context.new_cdp_session(page)
    for step in range(len(paths[0]) + 1):
        kind = "Start" if step == 0 else "End" if step == len(paths[0]) else "Move"
        now = [] if kind == "End" else [path[step] for path in paths]
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(now)]
        event = {"type": f"touch{kind}", "touchPoints": points}
        session.send("Input.dispatchTouchEvent", event)
    frame(page)
