"""`python -m tools.pages.train FILE`: write the page."""

import sys
from pathlib import Path

from common import files
from tools.pages import train

if __name__ == "__main__":
    files.write(Path(sys.argv[1]), train.page().encode())
