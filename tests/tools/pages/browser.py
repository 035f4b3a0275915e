"""Chromium for the tests of pages: it notes each console message and each request."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
needs_chromium = pytest.mark.skipif(
    not CHROMIUM, reason="there is no chromium (Debian: apt install chromium)"
)
WIDTHS = (1440, 768, 320)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield found
        finally:
            found.close()


@contextmanager
def opened(chromium, path, **context):
    """A page of that file.  Afterwards: it said nothing, and asked for nothing else."""
    context = chromium.new_context(**context)
    context.set_default_timeout(120_000)  # a busy machine is no fault of the page
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(path.as_uri())
        yield page
        assert said == []
        assert asked == [path.as_uri()]
    finally:
        context.close()


def faults(page):
    """What axe-core finds wrong.  -> ["rule: element", ...]"""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": AXE_TAGS, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{f['id']}: {n['html'][:200]}" for f in found for n in f["nodes"]]
