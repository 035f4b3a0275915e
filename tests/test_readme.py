"""The front page is short, and what it says of the code is what the code says."""

import csv
import re
import tomllib
from importlib.util import find_spec

import pytest

from common import __version__
from common.models.vae import Settings
from tests.conftest import ROOT
from tests.helpers import lacking


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


README = read("README.md")
COMMANDS = {*Settings.words.commands, "explore"}


def test_it_is_short():
    lines = README.splitlines()
    assert len(lines) <= 160 and len(README.split()) <= 1300
    assert "make train" in lines[lines.index("```sh") + 1]
    assert lines.index("```sh") < 20


@pytest.mark.parametrize(
    "page, number, file",
    [
        ("README.md", 0, "vae_tf/model.py"),
        ("README.md", 1, "vae_theano/model.py"),
        ("docs/frameworks.md", 0, "vae_numpy/gradient.py"),
        ("docs/frameworks.md", 1, "gan_tf/model.py"),
    ],
)
def test_code_is_that_of_the_files(page, number, file):
    blocks = re.findall(r"^```python\n(.*?)^```$", read(page), re.M | re.S)
    source = read(file).splitlines()
    lines = [line.partition("  # ")[0] for line in blocks[number].splitlines() if line]
    places = [source.index(line) for line in lines]
    assert len(lines) > 5 and places == sorted(places)


def test_its_run_is_that_of_the_defaults():
    with (ROOT / "experiments/defaults/history.csv").open(newline="") as file:
        rows = [*csv.DictReader(file)]
    history = [{name: float(text) for name, text in row.items()} for row in rows]
    for row in history[-2:]:
        epoch = f"{row['epoch']:.0f}/{len(history)}"
        line = f"{epoch:>7}  {Settings.words.row.format(**row)}  {row['seconds']:7.2f}"
        assert line in README
    assert Settings.words.result.format(**history[-1]) in README


def test_every_program_and_command_that_a_page_names_exists():
    pages = [README, *(path.read_text() for path in (ROOT / "docs").glob("*.md"))]
    named = re.findall(r"python -m ([a-z]+_?[a-z.]+)(?: ([a-z]+) )?", "\n".join(pages))
    for program, command in {*named} - {("pip", "install")}:
        assert lacking([program]) or find_spec(program), program
        if command and "." not in program:
            assert command in COMMANDS, command


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    citation = read("CITATION.cff")
    (version,) = re.findall(r"^version: (.+)$", citation, re.M)
    (date,) = re.findall(r"^date-released: (.+)$", citation, re.M)
    first = re.search(r"^## .*$", read("CHANGELOG.md"), re.M)[0]
    assert version == project["version"] == __version__
    assert first == f"## {version} ({date})"
