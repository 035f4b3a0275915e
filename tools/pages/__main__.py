"""`python -m tools.pages FOLDER`: write all pages but the explorer."""

import sys
from pathlib import Path

from common import files, packages
from tools.pages import index, side_by_side, train

if __name__ == "__main__":
    folder, programs = Path(sys.argv[1]), side_by_side.page(packages.every())
    written = {"compare.html": programs, "train.html": train.page()} | index.pages()
    for page in {*folder.glob("notebooks/*.html")} - {folder / n for n in written}:
        page.unlink()  # its notebook has another name
    for place, content in written.items():
        files.write(folder / place, content.encode())
