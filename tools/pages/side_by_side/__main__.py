"""`python -m tools.pages.side_by_side FILE`: write the page of all packages."""

import sys
from pathlib import Path

from common import files, packages
from tools.pages import side_by_side

if __name__ == "__main__":
    page = side_by_side.page(packages.every())
    files.write(Path(sys.argv[1]), page.encode())
