"""`make notebooks`: run every notebook in a clean kernel and keep what it shows."""

import base64
import io
import sys
import tomllib
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image
from tqdm import tqdm

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
from notebooks import gaps  # noqa: E402

SECONDS = 600  # that a cell may take
GRAYS = 128  # of a figure without colors; more make it twice as large on disk


def execute(path, **environment):
    """Run a notebook where it lies -> the notebook with its new outputs.

    Raises CellExecutionError if a cell does, a failed assert, say.
    """
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "start" in cell.metadata.get("tags", []):
            cell.source = start()
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(**environment)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        texts = iter(cell.metadata.get("alt", []))  # for those who do not see pictures
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = _smaller(output.data["image/png"])
                output.metadata["image/png"] = {"alt": next(texts, "")}
    return notebook


def start():
    """The first cell of every notebook, with the address from pyproject.toml."""
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["project"]
    address = project.get("urls", {}).get("Repository", "")
    text = (FOLDER / "start.py").read_text().rstrip()
    return text.replace('ADDRESS = ""', f'ADDRESS = "{address}"')


def _smaller(png):
    """A gray figure with fewer grays; colors stay.  base64 -> base64"""
    content = io.BytesIO()
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    if np.ptp(image, axis=2).max() == 0:
        image = image.quantize(GRAYS, dither=Image.Dither.NONE)
    image.save(content, "png", optimize=True)
    return base64.b64encode(content.getvalue()).decode() + "\n"


def main():
    """Execute all notebooks, or those named, and copy them with gaps -> exit status."""
    paths = [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb"))
    for path in tqdm(paths, "notebooks", disable=None):
        try:
            notebook = execute(path)
        except CellExecutionError as error:
            print(f"error: {path}: {error}", file=sys.stderr)
            return 2
        write(notebook, path)
        write(gaps.of(notebook), path.parent / "gaps" / path.name)
    return 0


def write(notebook, path):
    """Under a temporary name first, so that no file is ever half written."""
    temporary = path.with_name(f".{path.name}.tmp")
    nbformat.write(notebook, temporary)
    temporary.replace(path)


if __name__ == "__main__":
    sys.exit(main())
