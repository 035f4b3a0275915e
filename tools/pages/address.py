"""`python -m tools.pages.address [URL]`: write the project's address where it belongs.

The one setting is Repository in pyproject.toml.  README's links to the pages and its
badge, and the cells for Colab in the notebooks, follow from it.
"""

import re
import sys

from common import files, packages
from tools.pages import base

PLACES = "pyproject.toml", "README.md", "notebooks/**/*.ipynb"
LINK = r"\]\((?:docs/|https://[\w.-]+\.github\.io/[^/]+/)(\w+\.html)"
BADGE = "[![The state of the tests on the main branch]({0}/badge.svg)]({0}), "


def filled(name, text, repository):
    """The text of a file, with another repository, or without any."""
    if name == "README.md":
        tests = f"{repository}/actions/workflows/ci.yml"
        badge = BADGE.format(tests) if repository else ""
        text = re.sub(r"\[!\[The state of .*?\)\]\(.*?\), ", "", text)
        text = re.sub(LINK, rf"]({base.address(repository) or 'docs/'}\1", text)
        return re.sub(r"^- (?=\[.*index\.html)", f"- {badge}", text, flags=re.M)
    if name == "pyproject.toml":
        line = f'Repository = "{repository}"\n' if repository else ""
        return re.sub(r"(\n\[project\.urls\].*\n)(Repository.*\n)?", rf"\1{line}", text)
    return re.sub(r'(ADDRESS = \\")[^"\\]*', rf"\1{repository}", text)


if __name__ == "__main__":
    repository = "".join(sys.argv[1:])
    if not re.fullmatch(r"(https://github\.com/[\w.-]+/[\w.-]+)?", repository):
        print("error: not https://github.com/OWNER/NAME", file=sys.stderr)
        sys.exit(2)
    for name in PLACES:
        for path in packages.ROOT.glob(name):
            text = path.read_text(encoding="utf-8")
            files.write(path, filled(name, text, repository).encode())
