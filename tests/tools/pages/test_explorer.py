"""The explorer in a real browser, held to what the estimators compute."""

import base64
import json
import re
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import logsumexp
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from autoencoder_tf import Autoencoder
from common.packages import ROOT
from gan_tf import GAN
from notebooks.legible import MARK, contrast
from tests.helpers import one_line, save_as_trained
from tests.tools.pages import browser
from tests.tools.pages.browser import HOSTILE, assert_accessible, fingers, frame, wait
from tools import explore as explorer
from tools import use
from vae_numpy import VAE

DEMO = ROOT / "docs/explorer.html"
PACKAGES = {"vae": "vae_numpy", "autoencoder": "autoencoder_tf", "gan": "gan_tf"}


@pytest.fixture(scope="module")
def runs(digits):
    """Small models; one is trained, for a moment, the others have random weights."""
    five = VAE(5, hidden=(16, 12), activation="tanh", binarize="none")
    vae = VAE(2, hidden=(16,), epochs=20, batch_size=32, learning_rate=0.01)
    return {
        "vae": vae.fit(digits.train_images),
        "five": random(five),
        "line": random(VAE(1, hidden=(16,))),
        "autoencoder": random(Autoencoder(2, hidden=(16,))),
        "gan": random(GAN(2, hidden=(16,))),
    }


def random(model):
    """The model with weights, and biases, that are anything."""
    model._make_empty(model.resolved(1000), 784)
    rng, state = np.random.default_rng(2), model.state()
    for name, value in state.items():
        if name.startswith(("encoder", "decoder", "generator", "W_", "b_")):
            state[name] = rng.normal(0, 0.3, value.shape).astype(np.float32)
    model.load_state(state)
    return model


@pytest.fixture(scope="module")
def folders(runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("folders")
    for name, model in runs.items():
        model.n_iter_ = 1
        save_as_trained(model, folder / name)
    large = type(runs["vae"]).load(folder / "vae")
    large.load_state(large.state() | {"b_mu": np.full(2, 1e6, "f4")})
    large.n_iter_ = 1
    save_as_trained(large, folder / "large")
    return folder


def explore(*arguments, package="vae_numpy"):
    return use.main(package, ["explore", *map(str, arguments)])


@pytest.fixture(scope="module")
def pages(runs, folders):
    """Of each model its page, and the model with the weights that the page holds."""

    class Pages(dict):
        def __missing__(self, name):
            model, path = runs[name], folders / name / "explorer.html"
            assert explore(folders / name, package=PACKAGES[model.name]) == 0
            page = SimpleNamespace(path=path, rounded=rounded(model), model=model)
            return self.setdefault(name, page)

    return Pages()


# Random numbers of a page, which are others each time, become those of a seed.
DRAWS = "numbers => { let i = 0; Math.random = () => numbers[i++ % numbers.length]; }"


@pytest.fixture
def page(visit, pages, rng):
    """That of the trained model, in the browser."""
    with visit(pages["vae"].path) as page:
        page.evaluate(DRAWS, rng.random(99_999).tolist())
        yield page


def rounded(model):
    """The same model with its weights rounded to float16."""
    copy = type(model)(**model.get_params())
    copy._make_empty(model.settings_, model.n_features_in_)
    state = model.state()
    copy.load_state({n: a.astype("f2").astype(a.dtype) for n, a in state.items()})
    return copy


def z_of(page):
    """The code that the page decodes now."""
    return np.array(page.evaluate("Array.from(z)"), np.float32)


def pixels_of(page, selector):
    """A canvas -> (H, W, 4) from 0 to 255"""
    width, height, text, _ = page.locator(selector).first.evaluate("tests.read")
    values = np.frombuffer(base64.b64decode(text), np.uint8)
    return values.reshape(height, width, 4).astype(int)


def shown_in(page, selector):
    """A canvas as ink from 0 to 1, whatever the scheme.  -> (H, W)"""
    colors = page.evaluate("['--paper', '--ink'].map(name => rgb(themed(name)))")
    paper, ink = np.array(colors)
    return ((pixels_of(page, selector)[..., :3] - paper) / (ink - paper)).mean(axis=2)


def assert_decodes(page, *models):
    """Beside each other is what each model decodes z to."""
    frame(page)
    for n, model in enumerate(models, 1):
        image = shown_in(page, f"#pictures figure:nth-child({n}) canvas")
        expected = model.decode(z_of(page)[None])
        assert_allclose(image.reshape(1, 784), expected, atol=3 / 255)


@pytest.mark.parametrize("name", ["vae", "five", "line", "autoencoder"])
def test_pixels_and_codes_are_those_of_the_estimator(name, visit, pages, rng, digits):
    """So is the code of a drawing, whose size and place are those of MNIST."""
    of = pages[name]
    z = 1.5 * rng.standard_normal((50, of.model.settings_.latent_dim), np.float32)
    x = np.divide(digits.test_images[:50], 255, dtype=np.float32)
    noisy = np.clip(x + 0.3 * rng.random(x.shape, np.float32), 0, 1)
    seen = of.rounded.seen(noisy).tolist()
    expected = {"decode": of.rounded.inverse_transform(z)}
    expected |= {"encode": of.rounded.transform(noisy)} | of.rounded.encode(noisy)
    with visit(of.path) as page:
        call = "([name, X]) => X.map(x => Array.from(run(models[0], name, x)))"
        for part in {"decode", "encode", "logvar"} & set(expected):
            inputs = z.tolist() if part == "decode" else seen
            computed = page.evaluate(call, [part, inputs])
            assert_allclose(computed, expected[part], atol=1e-3)
        draw(page, SEVEN)
        seen = np.array(page.evaluate("Array.from(seen)"), np.float32)
        gray = np.array(page.evaluate("Array.from(pad.pixels())")).reshape(28, 28)
        mean = page.evaluate("Array.from(posterior.mean)")
        assert_allclose(z_of(page), mean)
        start = "Its code is" if name == "autoencoder" else "q(z|x) has the mean ("
        assert page.locator("#posterior").inner_text().startswith(start)
        assert page.locator("#sample").is_visible() == (name != "autoencoder")
        page.locator("#clear").click()
        assert page.evaluate("posterior") is None
        assert page.locator("#mean").is_disabled()
        page.locator("#random").click()
    assert 0 < np.abs(expected["decode"] - of.model.inverse_transform(z)).max() < 0.02
    rows, _ = np.nonzero(gray > 0.1)
    assert 19 <= np.ptp(rows) + 1 <= 22
    center = [(gray * k).sum() / gray.sum() for k in np.mgrid[:28, :28]]
    assert center == pytest.approx([13.5, 13.5], abs=0.1)
    gray = gray.reshape(784)  # which some models are trained on,
    wanted = gray if of.model.binarize == "none" else gray > 0.5
    assert_array_equal(seen, wanted.astype(np.float32))
    code = np.reshape(of.rounded.network.encode(x=seen[None]), (-1, len(mean)))[0]
    assert_allclose(mean, code, atol=1e-3)


def test_mouse_and_keyboard(page, pages, digits):
    """Hovering shows, leaving goes back, a click stays; a code is where it is shown."""
    canvas = page.locator("#map")
    box = canvas.bounding_box()
    middle, reach = page.evaluate("[map.middle, map.reach]")
    shown = partial(page.evaluate, "map.toPixels(map.plane(z))")
    first = z_of(page)
    canvas.hover(position={"x": 100, "y": 50})
    assert_allclose(shown(), [100, 50], atol=1)
    arcs = len(page.evaluate("tests.calls", "arc"))
    page.locator("h1").hover()
    fewer = len(page.evaluate("tests.calls", "arc"))  # no ghost of z any more
    assert fewer == arcs - 1
    assert_array_equal(z_of(page), first)
    canvas.click(position={"x": 220, "y": 90}, button="right")
    page.locator("h1").hover()
    assert_array_equal(z_of(page), first)
    canvas.click(position={"x": 220, "y": 90})
    page.locator("h1").hover()
    assert_allclose(shown(), [220, 90], atol=1)
    code = pages["vae"].model.transform(digits.test_images[:1] / np.float32(255))[0]
    x, y = page.evaluate("map.toPixels(map.plane(map.code(0)))")
    canvas.click(position={"x": x, "y": y})
    assert_allclose(z_of(page), code, atol=0.05)
    assert page.evaluate("map.classes[map.classOf[0]]") == str(digits.test_labels[0])
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] - 300, box["y"] + 50, steps=3)  # out of the map
    page.mouse.up()
    assert z_of(page)[0] == pytest.approx(middle[0] - reach, rel=1e-4)
    page.evaluate("go([0, 0])")
    page.locator("#map").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    assert_allclose(z_of(page), [reach / 20, reach / 40], rtol=1e-4)
    page.keyboard.press("Shift+ArrowLeft")
    assert z_of(page)[0] == pytest.approx(reach / 20 - reach / 8, rel=1e-4)
    for _ in range(20):
        page.keyboard.press("Shift+ArrowLeft")
    assert z_of(page)[0] == pytest.approx(middle[0] - reach, rel=1e-4)
    wait(page, f"page('status').textContent.includes('z = ({z_of(page)[0]:.2f}')")
    page.locator("#pad").focus()
    page.keyboard.press("Space")
    page.locator("#map").focus()
    assert not page.evaluate("pad.down")  # the pen is up when its pad is left
    page.locator("#pad").focus()
    for key in ("Space", *["ArrowDown"] * 8, "Space", "ArrowRight"):  # the pen is up
        page.keyboard.press(key)
    frame(page)
    seen = shown_in(page, "#seen").round()
    assert set(np.unique(seen)) == {0, 1}
    rows, columns = np.nonzero(seen)
    assert 18 <= np.ptp(rows) + 1 <= 21
    assert np.ptp(columns) + 1 <= 3
    assert (rows.mean(), columns.mean()) == pytest.approx((13.5, 13.5), abs=0.6)


def test_touch(visit, pages):
    """A swipe scrolls and changes nothing; a tap, a dragged marker, a pad do."""
    with visit(pages["vae"].path, 320, 640, has_touch=True) as page:
        canvas = page.locator("#map")
        canvas.scroll_into_view_if_needed()
        before, box = z_of(page), canvas.bounding_box()
        x, y = box["x"] + 30, box["y"] + 200
        fingers(page, [(x, y - 20 * n) for n in range(10)])
        wait(page, "scrollY > 100")
        assert_array_equal(z_of(page), before)
        canvas.tap(position={"x": 60, "y": 60})
        there = z_of(page)
        assert (there * [-1, 1] > 1).all()
        canvas.scroll_into_view_if_needed()
        top, box = page.evaluate("scrollY"), canvas.bounding_box()
        fingers(page, [(box["x"] + 60, box["y"] + 60 + 10 * n) for n in range(9)])
        assert z_of(page)[1] < there[1] - 1
        assert page.evaluate("scrollY") == top
        corner, size = pad_of(page)
        top, there = page.evaluate("scrollY"), z_of(page)
        path = [corner + size * (0.3 + 0.05 * n, 0.2 + 0.08 * n) for n in range(8)]
        fingers(page, path, [corner + size * (0.9, 0.1)] * 8)  # palm
        assert page.evaluate("scrollY") == top  # a finger draws, the page stays
        strokes = page.evaluate("pad.strokes")
        assert len(strokes) == 1  # and a second finger does not
        assert np.abs(np.diff(strokes[0], axis=0)).max() < 0.2
        assert shown_in(page, "#seen").sum() > 20
        assert abs(z_of(page) - there).max() > 0.01


def pad_of(page):
    """Where its upper left corner is in the window, and how large it is."""
    pad = page.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    return np.array([box["x"], box["y"]]), np.array([box["width"], box["height"]])


def draw(page, points):
    """A stroke with the mouse through points in [0, 1]."""
    corner, size = pad_of(page)
    first, *others = corner + size * np.array(points)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point, steps=3)
    page.mouse.up()
    frame(page)


SEVEN = [(0.1, 0.1), (0.4, 0.1), (0.25, 0.5)]  # small, and not in the middle
TURN = np.linspace(0, 2 * np.pi, 40)
EIGHT = np.column_stack([0.5 + 0.17 * np.sin(2 * TURN), 0.5 - 0.35 * np.cos(TURN)])


def test_draws(page, bounded):
    """From q(z|x), the prior, the pixels' probabilities, in standard errors."""
    start = z_of(page)
    eps = np.array(page.evaluate("Array.from({length: 4000}, normal)"))
    bounded("mean", eps.mean() * 4000**0.5, -5, 5)  # 0.0 +- 0.9
    bounded("deviation", (eps.std() - 1) * 8000**0.5, -5, 5)  # 0.1 +- 0.9
    bits = page.evaluate("Array.from(bernoulli(new Float32Array(4000).fill(0.3)))")
    assert set(bits) == {0, 1}
    errors = (np.mean(bits) - 0.3) / (0.21 / 4000) ** 0.5
    bounded("share", errors, -5, 5)  # 0.0 +- 1.0
    page.locator("#random").click()
    assert (z_of(page) != start).all()
    page.locator("#draw").check()
    frame(page)
    assert set(np.unique(shown_in(page, "#pictures canvas").round(3))) == {0, 1}
    draw(page, SEVEN)
    page.locator("#sample").click()
    mean, logvar = page.evaluate("[posterior.mean, posterior.logvar].map(v => [...v])")
    apart = np.abs(z_of(page) - mean) / np.exp(0.5 * np.array(logvar))
    assert (apart > 0).all()
    bounded("z", apart.max(), high=5)  # 1.2 +- 0.6
    page.locator("#reset").click()
    assert_array_equal(z_of(page), start)
    assert not page.locator("#draw").is_checked()
    assert page.evaluate("[pad.strokes.length, picked === null]") == [0, False]
    draw(page, [(0.2, 0.2)])  # a tap is a dot, where it was, and for the encoder
    page.locator("h1").hover()
    assert 20 < (pixels_of(page, "#pad")[..., 3] > 99).sum() < 2000
    assert shown_in(page, "#seen").sum() > 3


def test_sliders_and_menus(visit, pages, digits):
    """Every latent has a slider; the axes are the principal ones of scikit-learn."""
    of = pages["five"]
    codes = of.model.transform(np.divide(digits.test_images, 255, dtype=np.float32))
    pca = PCA(5, svd_solver="full").fit(codes)
    with visit(of.path) as page:
        sliders = page.locator("#sliders input")
        order = sliders.evaluate_all("all => all.map(one => Number(one.dataset.i))")
        mu, logvar = of.model.encode(digits.test_images / np.float32(255)).values()
        kl = 0.5 * (np.exp(logvar) + mu**2 - 1 - logvar).mean(axis=0)
        assert order == [*np.argsort(-kl)]
        start = z_of(page)
        page.locator("[data-i='3']").focus()
        page.keyboard.press("ArrowRight")
        z = z_of(page)
        assert z[3] > start[3]
        assert_array_equal(z[[0, 1, 2, 4]], start[[0, 1, 2, 4]])
        page.locator("[data-i='0']").fill("-1.5")
        assert_allclose(z_of(page)[[0, 3]], [-1.5, z[3]], atol=1e-6)
        axes = np.array(page.evaluate("map.axes"))
        assert_allclose(np.abs((axes * pca.components_).sum(axis=1)), 1, atol=1e-3)
        names = page.locator("#right option").all_inner_texts()
        shares = [int(re.search(r"\((\d+)%", name)[1]) for name in names]
        assert_allclose(shares, 100 * pca.explained_variance_ratio_, atol=0.6)
        page.select_option("#right", "2")
        page.select_option("#up", "4")
        assert page.evaluate("map.chosen") == [2, 4]
        before = z_of(page)
        page.locator("#map").click(position={"x": 150, "y": 100})
        moved = (z_of(page) - before) @ axes.T  # only along the two that are shown
        assert_allclose(moved[[0, 1, 3]], 0, atol=1e-4)
        assert (np.abs(moved[[2, 4]]) > 0.1).all()
        page.select_option("#up", "2")  # both the same: they change places
        assert page.evaluate("map.chosen") == [4, 2]
        logvar = page.evaluate("[...posterior.logvar]")
        scale = page.evaluate("map.canvas.width / 2 / map.reach")
        drawn = page.evaluate("tests.calls", "ellipse")
    A = axes[[4, 2]]  # q(z|x) has the covariance's half axes on the plane
    values, vectors = np.linalg.eigh(A @ np.diag(np.exp(logvar)) @ A.T)
    radius = np.sqrt(2 * np.log(2) * values[::-1]) * scale  # a half is inside
    assert_allclose(drawn[0][2:4], radius, rtol=1e-4)
    turned = np.array([np.cos(-drawn[0][4]), np.sin(-drawn[0][4])])
    assert abs(vectors[:, 1] @ turned) == pytest.approx(1, abs=1e-4)
    with visit(pages["line"].path) as page:  # of one latent variable
        page.locator("#map").click(position={"x": 60, "y": 60})
        (value,) = z_of(page)
        assert value < -1
        assert page.locator("#axes").is_hidden()
        rows = np.array(page.evaluate("map.purest()"))[:, 1]
        assert (np.diff(rows) < 0).all()  # each class has its own
        assert "Between the lines" in page.inner_text("#plane-help")


def test_interpolation(page, pages):
    """A walk ends wherever somebody takes hold of z."""
    share = page.locator("#share")
    assert_array_equal(page.evaluate("Array.from(ends[0])"), z_of(page))
    page.locator("#map").click(position={"x": 100, "y": 100})
    page.locator("#set-a").click()
    start = z_of(page)
    draw(page, SEVEN)
    assert share.get_attribute("aria-valuetext") == "z is not on the way"
    page.locator("#set-b").click()
    end = z_of(page)
    frame(page)
    assert share.get_attribute("aria-valuetext") == "100% of the way"
    share.fill("0.25")
    assert_allclose(z_of(page), start + 0.25 * (end - start), atol=1e-5)
    strip = shown_in(page, "#strip")
    way = start + np.linspace(0, 1, 9)[:, None] * (end - start)
    expected = pages["vae"].rounded.inverse_transform(way).reshape(9, 28, 28)
    assert_allclose(strip, np.concatenate([*expected], axis=1), atol=3 / 255)
    page.locator("#play").click()
    wait(page, "page('share').value > 0.9")
    page.locator("#play").click()
    way = float(share.input_value())
    frame(page)
    assert_allclose(z_of(page), start + way * (end - start), atol=0.02)
    box = page.locator("#strip").bounding_box()
    page.locator("#strip").click(position={"x": box["width"] * 2.5 / 9, "y": 5})
    assert_allclose(z_of(page), start + 0.25 * (end - start), atol=1e-5)
    page.locator("#play").click()
    page.locator("[data-i='0']").fill("1.5")
    page.wait_for_timeout(100)
    assert z_of(page)[0] == 1.5
    page.locator("#play").click()
    draw(page, SEVEN)
    page.wait_for_timeout(100)
    assert_array_equal(z_of(page), end)


def test_a_class_alone(page):
    """Then only its color is strong; and in the dark, ink is still ink."""
    page.locator("#clear").click()
    colors = page.evaluate("[colorOf(0), colorOf(4)].map(c => c.match(/\\d+/g))")

    def pixels_of_each():
        frame(page)
        apart = pixels_of(page, "#map")[..., :3] - np.array(colors, int)[:, None, None]
        return (np.linalg.norm(apart, axis=-1) < 90).sum(axis=(1, 2))

    buttons = page.locator("#legend button")
    assert buttons.all_inner_texts() == [str(digit) for digit in range(10)]
    before = pixels_of_each()
    buttons.nth(4).click()
    blue, purple = pixels_of_each()
    assert buttons.nth(4).get_attribute("aria-pressed") == "true"
    assert blue < 0.2 * before[0]
    assert purple >= before[1] > 20
    buttons.nth(4).click()
    assert_array_equal(pixels_of_each(), before)
    draw(page, SEVEN)
    canvases = "#pictures canvas", "#seen"
    light = [shown_in(page, canvas) for canvas in canvases]
    page.emulate_media(color_scheme="dark")
    wait(page, "rgb(themed('--paper'))[0] < 60")
    frame(page)
    for canvas, old in zip(canvases, light, strict=True):
        assert_allclose(shown_in(page, canvas), old, atol=4 / 255)


def test_a_model_without_an_encoder(visit, pages):
    """A GAN, whose images are gray levels, has no pad, no ellipse and no p(x|z)."""
    with visit(pages["gan"].path) as page:
        assert "of your own" not in page.inner_text("header")
        assert page.locator("#own").is_hidden()
        wait(page, "map.ready")
        frame(page)
        assert (shown_in(page, "#map") > 0.05).mean() > 0.5  # images fill the map
        assert page.locator("#draw").is_hidden()
        assert "no encoder" in page.locator("#no-encoder").inner_text()
        page.locator("#map").hover(position={"x": 100, "y": 100})
        assert_decodes(page, pages["gan"].rounded)
        page.locator("#random").click()
        page.locator("#play").click()
        wait(page, "page('share').value > 0.5")
        page.locator("#reset").click()
        assert_accessible(page)


@pytest.mark.parametrize("pair", ["vae gan", "gan vae", "vae autoencoder"])
def test_two_models_beside_each_other(visit, folders, pages, tmp_path, pair):
    """The same z, decoded by both; an encoder maps what is drawn, and the test set."""
    pair, path = pair.split(), tmp_path / "pair.html"
    paths = [folders / name for name in pair]
    assert explore(*paths, "--output", path, package=PACKAGES[pair[0]]) == 0
    names = [f"{name} ({PACKAGES[name]})" for name in pair]
    with visit(path) as page:
        assert all(name in page.inner_text("header") for name in names)
        assert page.locator("#pictures figcaption").all_inner_texts() == names
        assert page.evaluate("map.count") == (0 if pair[0] == "gan" else 297)
        draw(page, SEVEN)
        seen = np.array([page.evaluate("Array.from(seen)")], np.float32)
        code = pages["vae"].rounded.network.encode(x=seen)[0]
        assert_allclose([z_of(page)], code, atol=1e-3)
        assert_decodes(page, *(pages[name].rounded for name in pair))
        assert shown_in(page, "#strip").shape == (56, 9 * 28)
        page.locator("#draw").check()
        frame(page)
        for n, name in enumerate(pair, 1):
            image = shown_in(page, f"#pictures figure:nth-child({n}) canvas")
            assert (len(np.unique(image.round(3))) > 2) == (name == "gan")


def test_resize_and_print(visit, pages, tmp_path):
    with visit(pages["five"].path, color_scheme="dark") as page:
        page.set_viewport_size({"width": 320, "height": 700})
        wait(page, "map.canvas.width === map.canvas.clientWidth")
        assert_accessible(page)
        corner = "tests.read(map.canvas)[3]"
        assert page.evaluate(corner) < 60
        page.emulate_media(media="print")
        wait(page, f"{corner} === 255")
        for hidden in ("#play", "#pad", ".screen", "#layers"):
            assert page.locator(hidden).first.is_hidden()
        for shown in ("#map", "footer dl", "#measured"):
            assert page.locator(shown).is_visible()
        page.emulate_media(media="screen")
        wait(page, f"{corner} < 60")
        page.set_viewport_size({"width": 360, "height": 400})
        page.evaluate("document.documentElement.style.fontSize = '32px'")
        size = page.evaluate("getComputedStyle(document.body).fontSize")
        assert (size, page.evaluate("page('pad').clientWidth > 200")) == ("32px", True)
        position = page.locator("#made").evaluate("e => getComputedStyle(e).position")
        assert position == "static"
        assert_accessible(page)
        page.pdf(path=tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


@browser.LOOKS
def test_it_is_accessible(visit, folders, tmp_path, width, scheme):
    path = tmp_path / "both.html"
    assert explore(folders / "vae", folders / "autoencoder", "--output", path) == 0
    with visit(path, width, color_scheme=scheme) as page:
        draw(page, SEVEN)
        page.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
        wait(page, "page('rank').textContent")
        paper = page.evaluate("rgb(themed('--paper'))")
        rims = page.evaluate("map.classes.map((_, c) => rimOf(c).match(/\\d+/g))")
        rims, paper = np.array(rims, int) / 255, np.array(paper) / 255
        assert contrast(rims, paper).min() >= MARK  # which axe does not know
        assert_accessible(page)


@pytest.mark.parametrize("broken", [False, True])
def test_without_javascript_there_is_a_picture(chromium, pages, broken):
    """And where the script fails."""
    context = chromium.new_context(java_script_enabled=broken)
    page = context.new_page()
    page.add_init_script("delete window.ResizeObserver")
    page.goto(pages["vae"].path.as_uri())
    page.locator("#still img").wait_for(state="visible")
    assert page.locator("#still img").bounding_box()["width"] > 300
    assert page.locator("button:visible, canvas:visible").count() == 0
    context.close()


def test_the_status_counts_classes(page, pages, digits):
    """As scikit-learn does; where no code is, it says so."""
    codes = pages["vae"].model.transform(digits.test_images / np.float32(255))
    neighbors = NearestNeighbors(n_neighbors=15).fit(codes)
    _, (near,) = neighbors.kneighbors([z_of(page)])
    wait(page, "page('status').textContent")
    said = page.inner_text("#status")
    assert "Of the 15 nearest test codes, " in said
    counts = np.bincount(digits.test_labels[near], minlength=10)
    told = re.findall(r"(\d+) (?:are |is )?of class (\d)", said)
    assert [int(n) for n, _ in told] == sorted(counts[counts > 0], reverse=True)[:3]
    assert all(counts[int(c)] == int(n) for n, c in told)
    page.locator("[data-i='0']").fill("6")
    page.locator("[data-i='1']").fill("-5")
    distance = neighbors.kneighbors([z_of(page)])[0][0, 0]
    far = f"No test code is near: the nearest of 297 is {distance:.2f} away."
    wait(page, f"page('status').textContent.endsWith('{far}')")
    corners = np.array(page.evaluate("tests.calls", "lineTo"))
    assert len(corners) > 5  # an arrow at the border
    assert ((corners >= 0) & (corners <= page.evaluate("map.canvas.width"))).all()


def test_the_elbo_is_the_estimators(page, pages, rng, bounded, digits):
    """Each part of it, given the same noise; and its place among the test images'."""
    of = pages["vae"]
    X = digits.test_images[:6] / np.float32(255)
    seen, eps = of.rounded.seen(X), rng.standard_normal((6, 20, 2), np.float32)
    mu, logvar = of.rounded.encode(X).values()
    arrays = [array.tolist() for array in (seen, mu, logvar, eps)]
    parts = page.evaluate("tests.bounds", arrays)
    log_w, bound, kl = map(np.array, zip(*parts, strict=True))
    expected = of.rounded.network.log_weights(seen, eps)
    assert_allclose(log_w, expected, atol=2e-3)
    assert_allclose(bound, logsumexp(expected, axis=1) - np.log(20), atol=2e-3)
    assert_allclose(kl, of.rounded.measures(X)[2], atol=1e-3)
    elbos = of.model.score_samples(digits.test_images / np.float32(255))
    result = "Object.values(page('measured').result)"
    for number in (0, 5):
        page.locator(f"#examples input[value='{number}']").check(force=True)
        wait(page, "!jobs.size")
        log_px_z, kl, elbo, log_px = page.evaluate(result)
        assert log_px_z - kl == pytest.approx(elbo)
        # 20 seeds: 3.2 +- 0.4 and 3.8 +- 0.4
        bounded(f"log p(x) above the ELBO, {number}", log_px - elbo, low=1)
        said = page.locator("#measured .nats").all_inner_texts()
        assert said == [f"{value:.1f}" for value in (log_px_z, -kl, elbo, log_px)]
        rank = re.search(r"of (\d+)% of", page.inner_text("#rank"))
        assert int(rank[1]) == pytest.approx(100 * (elbos < elbo).mean(), abs=1.6)
    assert "evidence lower bound" in page.inner_text("#bound")
    bits = np.arange(65536, dtype=np.uint16)  # and every float16 is what NumPy says
    bits = bits[np.isfinite(bits.view(np.float16))]
    text = base64.b64encode(bits.astype("<u2")).decode()
    values = page.evaluate("text => Array.from(floats(text))", text)
    assert_array_equal(values, bits.view(np.float16).astype(np.float32))


def test_a_model_of_another_size_has_its_map(chromium, visit, folders, pages, tmp_path):
    """Both see the same image; links of tasks and addresses hold the state."""
    path = tmp_path / "two.html"
    assert explore(folders / "vae", folders / "five", "--output", path) == 0
    with visit(path) as page:
        draw(page, SEVEN)
        page.locator("#views label").nth(1).click()
        assert len(z_of(page)) == 5
        seen = np.array([page.evaluate("Array.from(seen)")], np.float32)
        code = pages["five"].rounded.network.encode(x=seen)[0]
        assert_allclose([z_of(page)], code, atol=1e-3)
        assert_decodes(page, pages["five"].rounded)
        for link in page.locator(".task:visible a").all():
            before = page.evaluate("location.hash")
            link.click()
            wait(page, f"location.hash !== {before!r} || view === views[0]")
        assert page.evaluate("views.indexOf(view)") == 0  # the last one says so
        page.locator(".task:visible a", has_text="far outside").click()
        wait(page, "location.hash.includes('z=6,-5')")
        page.locator("#legend button").nth(3).click()
        page.locator("#decoded").check()
        page.locator("#set-b").click()
        wait(page, "map.ready && location.hash.includes('class=3')")
        hash_ = page.evaluate("location.hash")
        page.evaluate("location.hash = '#z=nan,1&model=7&class=x&image=99&axes=a,b'")
        wait(page, f"location.hash === {hash_.replace('class=3&', '')!r}")
    page = chromium.new_page()
    page.goto(path.as_uri() + hash_)
    state = "[[...z], [...ends[1]], map.lit, map.shows.decoded]"
    assert page.evaluate(state) == [[6, -5], [6, -5], 3, True]
    wait(page, f"location.hash === {hash_!r}")
    page.close()


def test_every_request_is_forbidden(chromium, pages):
    """And so is every other script, whose like no page asks for."""
    page = chromium.new_page()
    page.add_init_script(path=browser.SCRIPT)
    page.goto(pages["vae"].path.as_uri())
    assert page.evaluate("tests.intrude") == [["connect-src", "script-src-elem"], None]
    page.close()


def test_hostile_names_inject_nothing(visit, tmp_path, runs):
    """And labels may be any integers: 62 classes, some beyond JavaScript's numbers."""
    path, plain = tmp_path / "hostile.html", tmp_path / "plain.html"
    names = [-(2**63), -7, *range(2, 61), 2**63 - 1]
    for file, text in ((path, HOSTILE), (plain, "a")):
        view = explorer.View([explorer.Shown(text, text, runs["vae"], text)])
        view.codes, view.labels = np.zeros((62, 2), "f4"), np.array(names)
        file.write_text(explorer.build([view], data=f"{text}2"))
    assert "\u202e" not in path.read_text()
    elements = "[...document.querySelectorAll('*')].map((one) => one.tagName).join()"
    with visit(plain) as page:
        plain = page.evaluate(elements)
    with visit(path, width=320) as page:
        name = HOSTILE.replace("\u202e", "\\u202e")
        assert page.inner_text("#pictures figcaption") == f"{name} ({name})"
        assert page.title().endswith(name)
        page.locator("footer summary").click()
        assert {name, "learning rate"} <= {*page.inner_text("footer dl").split("\n")}
        told = f"images of {name}2. The model was trained on {name}."
        assert told in page.inner_text("main")
        assert page.evaluate(elements) == plain
        assert page.locator("#legend button").all_inner_texts() == [*map(str, names)]
        looks = page.locator("#legend polygon").evaluate_all(
            "all => all.map(m => m.getAttribute('points') + m.getAttribute('fill'))"
        )
        assert len(set(looks)) == 62
        assert_accessible(page)


@pytest.mark.parametrize(
    ("cls", "count", "most", "all_fit"),
    [(VAE, 1, 2.5e6, True), (VAE, 2, 4e6, False), (Autoencoder, 1, 2.5e6, False)],
)
def test_size(visit, digits, tmp_path, cls, count, most, all_fit):
    """Default models, and the codes of 10,000 images or as many as fit."""
    model, rng = cls().initialize(digits.train_images[:1000]), np.random.default_rng(0)
    X, labels = digits.test_images, digits.test_labels
    view = explorer.View([explorer.Shown("a", "b", model)] * count, X, labels)
    z = rng.standard_normal((10_000, width := model.settings_.latent_dim), np.float32)
    view.codes, view.labels = z, rng.integers(0, 10, 10_000)
    path = tmp_path / "page.html"
    path.write_text(explorer.build([view], X, labels))
    assert 1e6 < path.stat().st_size < most
    with visit(path) as page:
        shown = page.evaluate("map.count")
        assert 2000 < shown <= 10_000
        assert (shown == 10_000) == all_fit
        first = "" if all_fit else f"the first {shown:,} of "
        assert f"{first}10,000 test images" in page.inner_text("#plane")
        sliders = page.locator("#sliders label:visible")
        assert sliders.count() == min(8, width)
        page.locator("#more").click()
        assert sliders.count() == width
        unused = page.locator("#sliders .unused").count()
        assert (unused == width) == (cls is VAE)  # before training
        wait(page, "page('speed').textContent.includes('ms')")


@pytest.mark.slow
def test_mistakes_get_one_line(folders, command, tmp_path):
    too_large = command("vae_numpy", "explore", folders / "large")
    one_line(too_large, "65,504")  # of a float16
    both = folders / "vae", folders / "nowhere"
    one_line(command("vae_numpy", "explore", *both), "not a run")
    config = (folders / "autoencoder" / "config.json").read_text()
    (tmp_path / "config.json").write_text(config.replace("autoencoder_tf", "this"))
    both = folders / "vae", tmp_path
    one_line(command("vae_numpy", "explore", *both), "there is no this here")


def test_the_demo_is_what_the_sources_make(visit, rng, bounded):
    """Else: `make explorer`, which trains it again."""
    text = DEMO.read_text(encoding="utf-8")
    folder = ROOT / "tools/pages/explorer"
    for name in (*explorer.SCRIPTS, "explorer.css"):
        assert (folder / name).read_text(encoding="utf-8") in text, name
    assert len(text.encode()) < 3e6
    held = json.loads(re.search(r'id="data">(.*?)</script>', text)[1])
    assert [len(view["space"]["center"]) for view in held["views"]] == [2, 20]
    with visit(DEMO) as page:
        page.locator("#map").click(position={"x": 150, "y": 150})
        draw(page, EIGHT)
        assert page.evaluate("map.count") == 10_000
        page.evaluate(DRAWS, rng.random(99_999).tolist())
        elbos = []
        for number in (1, 0, 1):  # as the lesson has it: 20 numbers say much more
            page.locator(f"#views input[value='{number}']").check()
            wait(page, "!jobs.size")
            elbos.append(page.evaluate("page('measured').result.elbo"))
            name = page.evaluate("views.find(one => one !== view).encoder.name")
            assert name in page.inner_text("#other")
        bounded("more", elbos[0] - elbos[1], low=30)
        bounded("again", elbos[2] - elbos[0], -3, 3)  # of 200 draws each
