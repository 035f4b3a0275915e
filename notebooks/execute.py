"""`make notebooks`: run every notebook in a clean kernel and keep what it shows."""

import base64
import io
import sys
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image
from tqdm import tqdm

SECONDS = 600  # that a cell may take
GRAYS = 128  # of a figure without colors; more make it twice as large on disk


def execute(path, **environment):
    """Run a notebook where it lies -> the notebook with its new outputs.

    Raises CellExecutionError if a cell does, a failed assert, say.
    """
    notebook = nbformat.read(path, as_version=4)
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


def _smaller(png):
    """A gray figure with fewer grays; colors stay.  base64 -> base64"""
    content = io.BytesIO()
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    if np.ptp(image, axis=2).max() == 0:
        image = image.quantize(GRAYS, dither=Image.Dither.NONE)
    image.save(content, "png", optimize=True)
    return base64.b64encode(content.getvalue()).decode() + "\n"


def main():
    """Execute all notebooks, or those named -> exit status."""
    paths = [Path(name) for name in sys.argv[1:]]
    paths = paths or sorted(Path(__file__).parent.glob("*.ipynb"))
    for path in tqdm(paths, "notebooks", disable=None):
        try:
            notebook = execute(path)
        except CellExecutionError as error:
            print(f"error: {path}: {error}", file=sys.stderr)
            return 2
        temporary = path.with_name(f".{path.name}.tmp")
        nbformat.write(notebook, temporary)
        temporary.replace(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
