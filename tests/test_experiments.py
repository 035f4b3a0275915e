"""The tables of experiments in docs/ and on the front page are what the files say."""

import csv
import json
import re
import statistics

import pytest

from common.config import read_options
from common.models.vae import Settings
from tests.conftest import ROOT
from tools.use import evaluate

FOLDER = ROOT / "experiments"
RESULTS = (ROOT / "docs/results.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def settings_of(name):
    options = read_options(FOLDER / f"{name}.json", Settings)
    options.pop("data", None)
    return Settings(**options).resolved(60_000)


def history_of(name):
    with (FOLDER / name / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def metrics_of(name):
    return json.loads((FOLDER / name / "metrics.json").read_text())


def nats(measured):
    mean, error = (f"{measured[key]:.2f}" for key in ("mean", "standard_error"))
    return f"{mean} ± {error}"


def row(name):
    """The cells of an experiment that were measured, as docs/results.md writes them."""
    settings, metrics = settings_of(name), metrics_of(name)
    draws = settings.importance_samples
    layers = "-".join(map(str, [784, *settings.hidden, settings.latent_dim]))
    seconds = statistics.median(float(row["seconds"]) for row in history_of(name))
    minutes = settings.epochs * seconds / 60
    cells = [
        f"[{name}](../experiments/{name}.json)",
        f"{layers}, {settings.activation}",
        f"{metrics['binarization']}; K = {draws}; {settings.epochs:,} epochs; "
        f"{metrics['samples']:,} samples",
        nats(metrics["elbo"]),
        nats(metrics["importance_sampled"]),
        f"{minutes:.{0 if minutes >= 2 else 1}f} min",
    ]
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("name", NAMES)
def test_the_table_is_what_the_files_say(name):
    assert row(name) in RESULTS


def test_no_row_is_without_files():
    assert sorted(re.findall(r"^\| \[(\w+)\]\(../experiments/", RESULTS, re.M)) == NAMES


def test_the_front_page_has_three_of_them():
    line = r"^\| \[(\w+)\]\(experiments/.*?\| .*? \| (.*?) \| (-[\d.]+)"
    rows = re.findall(line, README, re.M)
    assert len(rows) == 3
    for name, measured, published in rows:
        assert measured == nats(metrics_of(name)["importance_sampled"])
        (line,) = re.findall(rf"^\| \[{name}\].*$", RESULTS, re.M)
        assert f"| {published}" in line


@pytest.mark.parametrize("name", NAMES)
def test_a_history_is_that_of_its_settings(name):
    settings, rows = settings_of(name), history_of(name)
    assert [int(row["epoch"]) for row in rows] == [*range(1, settings.epochs + 1)]
    assert float(rows[0]["learning_rate"]) <= settings.learning_rate
    last = metrics_of(name)
    assert (last["images"], last["binarization"]) == (10_000, settings.binarize)
    # One draw of z each, of the same pixels: the noise of the last digits differs.
    assert float(rows[-1]["test_elbo"]) == pytest.approx(last["elbo"]["mean"], abs=0.01)


@pytest.mark.parametrize("name", ["plain", "burda2016", "defaults"])
def test_samples_are_judged_as_the_files_say(name):
    scores = metrics_of(name)["samples_judged"]["mean"]
    words = "the defaults" if name == "defaults" else f"`{name}`"
    row = rf"^\| VAE, {words} \| [\d-]+ \| {scores['sure']:.1%} \| "
    distance = scores["distance"]
    ratio = distance / metrics_of(name)["samples_judged"]["training"]["distance"]
    assert re.search(rf"{row}{distance:.2f} \| {ratio:.1f} \|$", RESULTS, re.M)


def test_the_page_of_usage_shows_the_evaluation_of_the_defaults():
    page = (ROOT / "docs/usage.md").read_text(encoding="utf-8")
    metrics = metrics_of("defaults")
    for name in ("elbo", "log_likelihood", "kl", "importance_sampled"):
        mean, error = metrics[name]["mean"], metrics[name]["standard_error"]
        assert f"{mean:9.2f} +- {error:.2f} nats per image\n" in page
    for scores in map(metrics["samples_judged"].get, ("training", "mean", "sample")):
        assert evaluate.ROW.format(title="", **scores)[35:] in page
