from functools import partial

import pytest

from tests.tools.pages.browser import CHROMIUM, needs_chromium, opened


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What takes a browser is slow, and but for the first in a file marked `pages`."""
    files = set()
    for item in items:
        if "chromium" in item.fixturenames:
            item.add_marker(needs_chromium)
            item.add_marker(pytest.mark.slow)
            if item.path in files:
                item.add_marker(pytest.mark.pages)
            files.add(item.path)


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium."""
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(chromium):
    """Open a file in the browser.  path, options of the context -> context manager"""
    return partial(opened, chromium)
