"""`python -m tools.pages.index FOLDER`: write the start and the notebooks' pages."""

import sys
from pathlib import Path

from common import files
from tools.pages import index

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "notebooks").mkdir(exist_ok=True)
    written = index.pages()
    for page in (folder / "notebooks").glob("*.html"):
        if f"notebooks/{page.name}" not in written:
            page.unlink()  # its notebook has another name
    for place, content in written.items():
        files.write(folder / place, content.encode())
