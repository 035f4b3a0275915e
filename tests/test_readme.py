"""What the README says of the code is checked against the code."""

import re

from common.commands.train import make_parser
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_every_option_of_training_is_listed():
    options = make_parser("vae_tf")._option_string_actions
    long = {name for name in options if name.startswith("--")} - {"--help"}
    table = README[README.index("| option |") :]
    assert long == set(re.findall(r"`(--[a-z-]+)", table)) - {"--help"}


def test_links_lead_somewhere():
    headings = re.findall(r"^#+ (.+)$", README, re.M)
    anchors = {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}
    for target in re.findall(r"\]\(([^):]+)\)", README):
        path, _, anchor = target.partition("#")
        assert (ROOT / path).exists(), target
        assert not anchor or path or anchor in anchors, target


def test_every_picture_says_what_it_shows_and_has_a_dark_version():
    shown = re.findall(
        r'srcset="([^"]+)">\n  <img src="([^"]+)" alt="([^"]+)">', README
    )
    assert len(shown) == README.count("<img") == README.count("<picture>") > 4
    for dark, light, alt in shown:
        assert dark == light.replace("docs/", "docs/dark/")
        assert (ROOT / dark).exists() and (ROOT / light).exists()
        assert len(alt) > 20
    for alt in re.findall(r"!\[([^]]*)\]", README):
        assert len(alt) > 20
