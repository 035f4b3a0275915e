"""`python -m tools.pages.address [URL]`: write the project's address where it belongs.

The one setting is Repository in pyproject.toml.  README's links to the pages and its
badge, and the cells for Colab in the notebooks, follow from it; without a URL they
become what they are in a project that has no address.
"""

import re
import sys

from common import UserError, files, packages
from tools.pages import base

REPOSITORY = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+?")
BADGE = (
    "[![The state of the tests on the main branch]({0}/actions/workflows/ci.yml/"
    "badge.svg?branch=main)]({0}/actions/workflows/ci.yml), "
)
PLACES = {  # of a file: what is replaced, by what, given the repository and the pages
    "pyproject.toml": [
        (r'(\[project\.urls\].*\n)(Repository = ".*"\n)?', r'\1Repository = "{0}"' "\n")
    ],
    "README.md": [
        (r"\[!\[.*?\)\]\(.*?\), ", ""),
        (r"\]\((?:docs/|https://[\w.-]+\.github\.io/[^/]+/)([\w/]+\.html)", r"]({1}\1"),
        (r"^- (?=\[.*index\.html)", "- " + BADGE),
    ],
    "notebooks/*.ipynb": [(r'(REPOSITORY = \\")[^"\\]*', r"\1{0}")],
}


def filled(name, text, repository):
    """The text of a file, by its place in the project, with another repository."""
    for pattern, replacement in PLACES[name]:
        place = base.address(repository) or "docs/"
        if not repository and replacement.startswith(("- ", r"\1Rep")):
            replacement = r"\1" if name == "pyproject.toml" else "- "
        new = replacement.format(repository, place)
        text = re.sub(pattern, new, text, flags=re.M)
    return text


def main(arguments):
    """Fill every place in -> exit status."""
    (repository,) = arguments or [""]
    if repository and not REPOSITORY.fullmatch(repository):
        raise UserError(f"{repository}: not https://github.com/OWNER/NAME")
    for name in PLACES:
        for path in packages.ROOT.glob(name):
            text = path.read_text(encoding="utf-8")
            files.write(path, filled(name, text, repository).encode())
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
