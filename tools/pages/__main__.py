"""`python -m tools.pages FOLDER`: write the start, the notebooks and train.html."""

import sys
from pathlib import Path

from common import files
from tools.pages import index, train

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    written = index.pages() | {"train.html": train.page()}
    for page in {*folder.glob("notebooks/*.html")} - {folder / n for n in written}:
        page.unlink()  # its notebook has another name
    for place, content in written.items():
        files.write(folder / place, content.encode())
