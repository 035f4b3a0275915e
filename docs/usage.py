"""The tables of options in usage.md, made from the programs' own parsers.

`python -m docs.usage docs/usage.md` writes them between the page's markers.
"""

import argparse
import re
import runpy
import sys
from contextlib import suppress
from pathlib import Path
from unittest import mock

from common import files

# What a table calls each program, and the program; then the table; then the end.
SECTION = re.compile(r"(<!-- make usage: (.*?) -->\n).*?(<!-- end -->)", re.DOTALL)
PARSE = {"attribute": "parse_args", "autospec": True, "side_effect": SystemExit}


def parser_of(program):
    """The parser that a module or a script makes.  Nothing else of it runs."""
    run = runpy.run_path if program.endswith(".py") else runpy.run_module
    with (
        mock.patch.object(argparse.ArgumentParser, **PARSE) as parse,
        mock.patch.object(sys, "argv", [program]),
        suppress(SystemExit),
    ):
        run(program, run_name="__main__")
    return parse.call_args.args[0]


def options_of(name, parser):
    """(what is typed, what it means, name) of each option; of commands, theirs."""
    formatter = parser._get_formatter()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command, own in action.choices.items():
                yield from options_of(command, own)
        elif not isinstance(action, argparse._HelpAction):
            value = formatter._format_args(action, action.dest.upper())
            typed = " ".join([*action.option_strings, value]).strip()
            text = formatter._expand_help(action)
            yield typed, re.sub(r"runs/\w+_\w+", "runs/PACKAGE", text), name


def table(names):
    """A Markdown table, a row for each option and meaning.  `names`: "A = a, B = b"."""
    owners, columns = {}, {}
    for pair in names.split(","):
        name, program = (text.strip() for text in pair.split("="))
        for typed, text, owner in options_of(name, parser_of(program)):
            owners.setdefault((typed, text), []).append(owner)
            columns[owner] = None
    options = [typed.partition(" ")[0] for typed, _ in owners]
    lines = ["| option | of | meaning |", "| --- | --- | --- |"]
    for typed, text in sorted(owners, key=lambda o: options.index(o[0].split()[0])):
        own = owners[typed, text]
        of = "all" if own == [*columns] else ", ".join(own)
        cells = (cell.replace("|", r"\|") for cell in (f"`{typed}`", of, text))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def updated(page):
    """The text of the page with today's tables."""
    return SECTION.sub(lambda found: found[1] + table(found[2]) + found[3], page)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    files.write(path, updated(path.read_text(encoding="utf-8")).encode())
