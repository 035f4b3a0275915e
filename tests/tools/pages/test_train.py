"""The VAE that learns in a page: the twin of vae_numpy, in a real browser."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from common.frameworks import numpy as network
from common.models.vae import Settings
from common.packages import ROOT
from tests.tools.pages.browser import assert_accessible
from tools.pages import train
from vae_numpy import gradient

PAGE = ROOT / "docs/train.html"
STEPS, BATCH, PIXELS, LATENT = 50, 16, 64, 3


def test_the_committed_page_is_that_of_the_sources():
    page = PAGE.read_text()
    assert page == train.page(), "docs/train.html is out of date: run `make pages`"
    assert len(page.encode()) < 400_000
    assert not re.search(r"(src|action)=\"?(https?:|//)|@import|url\(", page)


def listed(array):
    """(I, O) or (O,) -> rows, columns and numbers, for the page."""
    return [*np.atleast_2d(array).shape, array.reshape(-1).tolist()]


@pytest.fixture(scope="module")
def run():
    """Parameters, batches and noise for both programs."""
    rng = np.random.default_rng(0)
    settings = Settings(LATENT, hidden=(20,))
    parameters = settings.initial(rng.integers(0, 256, (100, PIXELS), np.uint8))
    return SimpleNamespace(
        parameters={n: p.astype(np.float64) for n, p in parameters.items()},
        x=(rng.random((STEPS, BATCH, PIXELS)) < 0.3).astype(np.float64),
        eps=rng.standard_normal((STEPS, BATCH, LATENT)),
    )


def in_numpy(run, rate, monkeypatch):
    """The same steps by vae_numpy, with the corrections of Adam in 64 bits as well."""
    parameters = {n: p.copy() for n, p in run.parameters.items()}
    gradients = {n: np.empty_like(p) for n, p in parameters.items()}
    wide = SimpleNamespace(**vars(np) | {"float32": np.float64})
    monkeypatch.setattr(network, "np", wide)
    adam, elbos, first = network.Adam(parameters), [], None
    for x, eps in zip(run.x, run.eps, strict=True):
        elbos.append(gradient.elbo(parameters, gradients, x, eps, network.relu))
        first = first or {n: g.copy() for n, g in gradients.items()}
        adam.apply(gradients, parameters, rate)
    return elbos, first, parameters


@pytest.fixture
def page(visit):
    with visit(PAGE) as page:
        yield page


def test_fifty_steps_are_those_of_numpy(page, run, monkeypatch):
    inputs = [{name: listed(array) for name, array in run.parameters.items()}]
    inputs += [[*map(listed, arrays)] for arrays in (run.x, run.eps)]
    ours = page.evaluate("tests.steps", [*inputs, 0.01, 1])
    elbos, first, last = in_numpy(run, 0.01, monkeypatch)
    assert_allclose(ours["elbos"], elbos, rtol=1e-11)
    assert elbos[-1] > elbos[0] + 1
    for name, p in last.items():
        size = np.abs(first[name]).max()
        assert_allclose(ours["first"][name], first[name].reshape(-1), atol=1e-12 * size)
        assert_allclose(ours["last"][name], p.reshape(-1), atol=1e-10)
        assert np.abs(p - run.parameters[name]).max() > 0.01  # it has moved
    without = page.evaluate("tests.steps", [*inputs, 0.01, 0])
    outputs, mu, _ = gradient.encoded(run.parameters, run.x[0], network.relu)
    slope = np.subtract(ours["first"]["W_mu"], without["first"]["W_mu"])  # of the KL
    assert_allclose(slope, (outputs[-1].T @ mu).reshape(-1) / BATCH, atol=1e-12)


def numbers(page):
    """The step, the ELBO, and what the live region says last."""
    return [page.inner_text(f"#{name}") for name in ("step", "elbo", "said")]


def address(page, state):
    page.evaluate(f"location.hash = '{state}'; new Promise(done => setTimeout(done))")
    return page


def used(page):
    """The KL of each latent variable, or the variance of an autoencoder's codes."""
    return np.array(page.evaluate("used()"))


def test_controls(page):
    """Nothing moves before Play; a reset is exact; an address sets a state."""
    assert numbers(page) == ["0", "\u221228.34", ""]
    drawn = "['map', 'plane', 'curves', 'rebuilt'].map(id => page(id).toDataURL())"
    before = page.evaluate(drawn)
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    while int(page.inner_text("#step")) < 20:
        page.wait_for_timeout(50)
    assert page.inner_text("#said") == "Training."  # and does not chatter
    page.keyboard.press("Space")
    step, elbo, said = numbers(page)
    assert f"After {step} steps: ELBO {elbo[:3]}" in said
    assert not set(before) & set(page.evaluate(drawn))  # all have moved
    page.locator("#one").click()
    assert page.inner_text("#step") == str(int(step) + 1)
    page.locator("#reset").click()
    assert numbers(page)[:2] == ["0", "\u221228.34"]
    assert page.evaluate(drawn) == before
    trained = numbers(address(page, "steps=200"))
    assert trained[0] == "200"
    assert -24 < float(trained[1].replace("\u2212", "-")) < -20
    assert numbers(address(page, "latent=8"))[0] == "0"
    assert numbers(address(page, "steps=200&beta=bad"))[:2] == trained[:2]
    for name in ("slow", "play"):
        page.locator(f"#{name}").click()
    page.wait_for_timeout(500)
    assert 200 < int(page.inner_text("#step")) < 206


def test_what_the_tasks_promise(page):
    """Collapse, holes and unused variables are there to see."""
    assert used(address(page, "beta=8&steps=150")).max() < 0.01
    assert used(address(page, "steps=200")).min() > 0.5
    far = "Math.hypot(...training.mu.data.subarray(2 * n, 2 * n + 2))"
    far += " > Math.sqrt(-2 * Math.log(0.1))"
    outside = f"numbers.slice(0, 297).filter(n => {far}).length"
    assert page.evaluate(outside) < 30
    assert address(page, "kind=autoencoder&steps=400").evaluate(outside) > 40
    assert 4 < (used(address(page, "latent=16&steps=200")) > 0.1).sum() < 12
    assert used(address(page, "rate=0.1&steps=100")).max() < 0.01


def test_it_is_accessible_at_every_width(page):
    for place in ("#tasks summary", "#source summary"):
        page.locator(place).first.click()
    for width in (1440, 768, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert_accessible(page)
    page.emulate_media(media="print")
    assert page.evaluate("themed('--paper')") == "#ffffff"
