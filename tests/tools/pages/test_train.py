"""The VAE that learns in a page: the twin of vae_numpy, in a real browser."""

import ast
import re
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from common.frameworks import numpy as network
from common.models.vae import Settings
from common.packages import ROOT
from tools.pages import train
from vae_numpy import gradient, model

PAGE = ROOT / "docs/train.html"
MODEL = (ROOT / "tools/pages/train/model.js").read_text()
STEPS, BATCH, PIXELS, LATENT = 50, 16, 64, 3
SEVERAL_DRAWS = ("rows", "importance_weighted_bound", "elbo_of_one_draw", "of")
SETTINGS = Settings(LATENT, hidden=(20,))


def test_the_committed_page_is_that_of_the_sources():
    """It is small and asks for nothing."""
    page = PAGE.read_text()
    assert page == train.page(), "docs/train.html is out of date: run `make pages`"
    assert len(page.encode()) < 400_000
    assert not re.search(r"(src|action)=\"?(https?:|//)|@import|url\(", page)


@pytest.mark.parametrize("name, left_out", [("model", ()), ("gradient", SEVERAL_DRAWS)])
def test_it_has_the_functions_of_the_twin(name, left_out):
    """Names, order and docstrings, but for what several draws of z need."""
    tree = ast.parse((ROOT / f"vae_numpy/{name}.py").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    expected = {f.name: ast.get_docstring(f) for f in functions}
    body = re.search(rf"^const {name} = {{\n(.*?)^}};$", MODEL, re.M | re.S)[1]
    found = re.findall(r"^  /\*\*(.*?)\*/\n  \*?(\w+)\(", body, re.M | re.S)
    assert [f for f in expected if f not in left_out] == [f for _, f in found]
    for text, function in found:
        words = re.sub(r"\s\*\s", " ", text).split()
        known = expected[function].split()
        assert words[: len(known)] == known, function


def matrices(arrays):
    """{name: (I, O) or (O,)} -> JSON for the page."""
    return {
        name: [*np.atleast_2d(array).shape, np.asarray(array).reshape(-1).tolist()]
        for name, array in arrays.items()
    }


RUN = """([arrays, x, eps, rate, beta]) => {
  const of = ([rows, columns, data]) => matrix(rows, columns, Float64Array.from(data));
  const parameters = {}, gradients = {}, first = {};
  for (const name in arrays) {
    parameters[name] = of(arrays[name]);
    gradients[name] = of(arrays[name]);
  }
  const adam = new Adam(parameters);
  const elbos = x.map((batch, n) => {
    const value = gradient.elbo(
      parameters, gradients, of(batch), of(eps[n]), relu, beta);
    if (n === 0)
      for (const name in gradients) first[name] = Array.from(gradients[name].data);
    adam.apply(gradients, parameters, rate);
    return value;
  });
  const last = {};
  for (const name in parameters) last[name] = Array.from(parameters[name].data);
  return { elbos, first, last };
}"""


@pytest.fixture(scope="module")
def run():
    """Parameters, batches and noise for both programs."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (100, PIXELS), np.uint8)
    parameters = SETTINGS.initial(pixels)
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
    batches = [
        [[*a.shape, a.reshape(-1).tolist()] for a in arrays]
        for arrays in (run.x, run.eps)
    ]
    ours = page.evaluate(RUN, [matrices(run.parameters), *batches, 0.01, 1])
    elbos, first, last = in_numpy(run, 0.01, monkeypatch)
    assert_allclose(ours["elbos"], elbos, rtol=1e-11)
    assert elbos[-1] > elbos[0] + 1
    for name, p in last.items():
        size = np.abs(first[name]).max()
        assert_allclose(ours["first"][name], first[name].reshape(-1), atol=1e-12 * size)
        assert_allclose(ours["last"][name], p.reshape(-1), atol=1e-10)
        assert np.abs(p - run.parameters[name]).max() > 0.01  # it has moved
    still = page.evaluate(RUN, [matrices(run.parameters), *batches, 0.01, 0])
    x, eps = run.x[0], run.eps[0]
    for name in ("W_mu", "W_logvar"):  # beta = 0: the slope of log p(x|z) alone
        change = np.zeros_like(run.parameters[name])
        change[3, 1] = 1e-5
        sides = [
            np.mean(
                model.elbo_parts(
                    run.parameters | {name: run.parameters[name] + sign * change},
                    *(x, eps, network.relu),
                )[0]
            )
            for sign in (1, -1)
        ]
        slope = np.reshape(still["first"][name], change.shape)[3, 1]
        assert slope == pytest.approx((sides[1] - sides[0]) / 2e-5, rel=1e-5)
