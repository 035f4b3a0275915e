"""The tables of options in docs/usage.md, made from the programs' own parsers.

`python -m tools.usage docs/usage.md` writes them between the page's markers.
"""

import argparse
import re
import runpy
import sys
from pathlib import Path
from unittest import mock

from common import files

# What a table calls each program, and the program; then the table; then the end.
SECTION = re.compile(r"(<!-- make usage: (.*?) -->\n).*?(<!-- end -->)", re.DOTALL)


class ParserFound(Exception):  # noqa: N818 - no error
    """A program is about to parse its options."""


def parser_of(program):
    """The parser that a module or a script makes.  Nothing else of it runs."""

    def stop(parser, *_):
        raise ParserFound(parser)

    run = runpy.run_path if program.endswith(".py") else runpy.run_module
    parsing = mock.patch.object(argparse.ArgumentParser, "parse_args", stop)
    try:
        with parsing, mock.patch.object(sys, "argv", [program]):
            run(program, run_name="__main__")
    except ParserFound as found:
        return found.args[0]
    raise ValueError(f"{program} parses no options")


def rows_of(name, parser):
    """(what is typed, what it means, name) of each option; of commands, theirs."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command, own in action.choices.items():
                yield from rows_of(command, own)
        elif not isinstance(action, argparse._HelpAction):
            text = action.help % {**vars(action), "prog": parser.prog}
            yield _typed(action), re.sub(r"runs/\w+_\w+", "runs/PACKAGE", text), name


def _typed(action):
    """`--hidden UNITS ...`, say."""
    value = action.metavar or action.dest.upper()
    if action.choices:
        value = "{" + ",".join(action.choices) + "}"
    if action.nargs in ("+", "*"):
        value += " ..."
    options = action.option_strings[-1:]  # none where the value stands by itself
    return " ".join(options if action.nargs == 0 else [*options, value])


def table(names):
    """A Markdown table, a row for each option and meaning.  `names`: "A = a, B = b"."""
    owners, columns = {}, []
    for pair in names.split(","):
        name, program = (text.strip() for text in pair.split("="))
        for typed, text, owner in rows_of(name, parser_of(program)):
            owners.setdefault((typed, text), []).append(owner)
            columns += [] if owner in columns else [owner]
    options = [typed.partition(" ")[0] for typed, _ in owners]
    lines = ["| option | of | meaning |", "| --- | --- | --- |"]
    for typed, text in sorted(owners, key=lambda o: options.index(o[0].split()[0])):
        own = owners[typed, text]
        of = "all" if own == columns else ", ".join(own)
        cells = (cell.replace("|", r"\|") for cell in (f"`{typed}`", of, text))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def updated(page):
    """The text of the page with today's tables."""
    return SECTION.sub(lambda found: found[1] + table(found[2]) + found[3], page)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    files.write(path, updated(path.read_text(encoding="utf-8")).encode())
