"""What the README says of the code is checked against the code."""

import re

from common.commands.train import make_parser
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_line_counts():
    rows = re.findall(r"^\| (\d+) \| \[([\w/]+\.py)\]", README, re.M)
    assert rows
    for lines, name in rows:
        assert int(lines) == len((ROOT / name).read_text().splitlines()), name


def test_every_option_of_training_is_listed():
    options = make_parser("vae_tf")._option_string_actions
    long = {name for name in options if name.startswith("--")} - {"--help"}
    table = README[README.index("| option |") :]
    assert long == set(re.findall(r"`(--[a-z-]+)", table)) - {"--help"}


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^):]+)\)", README):
        assert (ROOT / target).exists(), target
