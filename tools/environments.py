"""Where a package can run: here, or in the environment of `make today`."""

import sys
from pathlib import Path

from common import packages

TODAY = packages.ROOT / ".venv-today" / "bin" / "python"


def python_for(package):
    """The Python that has its framework; None if there is none."""
    if package in packages.runnable():
        return Path(sys.executable)
    return TODAY if TODAY.exists() else None
