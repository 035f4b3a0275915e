"""The notebooks with gaps, in gaps/, made from the filled ones: `make notebooks`.

The metadata of a cell list its gaps: parts of its source, each of which becomes `...`.
"""

NOTE = (
    "*This copy has gaps: fill in each `...`. The asserts say whether you are right.*"
)
YOURS = "# Your turn: fill in each ...\n"


def of(notebook):
    """A notebook -> itself, with gaps and without what it has printed."""
    first, *_ = notebook.cells
    first.source += f"\n\n{NOTE}"
    for cell in notebook.cells:
        cell.source = cell.source.replace("](../", "](../../")
        for part in cell.metadata.pop("gaps", []):
            assert cell.source.count(part) == 1, part
            cell.source = YOURS + cell.source.replace(part, "...").removeprefix(YOURS)
        cell.metadata.pop("alt", None)
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook
