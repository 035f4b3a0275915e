"""`python -m tools.mutants FILE ...`: would tests notice a mistake in these files?

A mutant changes one operator, comparison or number, in a copy of the project.  It
survives if its file's tests pass: the place is untested, or the change makes none.
"""

import ast
import io
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from common import UserError
from common.commands.command_line import Parser, exit_status

OPPOSITE = {
    **{"+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "%": "//"},
    **{"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|": "&", "&": "|", "|=": "&="},
    **{"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    **{"and": "or", "or": "and", "not": "", "is": "is not", "in": "not in"},
    **{"True": "False", "False": "True"},
}
STAYS = (("is", "not"), ("*", ","), ("/", ","))  # the latter two between parameters
OF_VAES = (
    "tests/test_parity.py",
    "tests/vae_tf",
    "tests/vae_numpy",
    "tests/models/vae",
)
COMPARED = "*twins*"  # tests that compare files as text, and so notice everything
LIMIT = 300  # seconds for the tests of a mutant


class Mutant(NamedTuple):
    """A line of a file before and after the change, and the whole text after it."""

    file: str
    line: int
    before: str
    after: str
    text: str


def mutants(file):
    """Every mutant of a file, from its first line to its last."""
    source = Path(file).read_text(encoding="utf-8")
    lines = ["", *source.split("\n")]  # the first one has number 1
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    for token, following in itertools.pairwise(tokens):
        (line, start), (_, end) = token.start, token.end
        changed = OPPOSITE.get(token.string)
        if token.type == tokenize.NUMBER:
            number = ast.literal_eval(token.string)
            changed = repr(number + 1 if isinstance(number, int) else 2 * number or 1.0)
        if changed is None or (token.string, following.string) in STAYS:
            continue
        after = lines[line][:start] + changed + lines[line][end:]
        text = "\n".join([*lines[1:line], after, *lines[line + 1 :]])
        with suppress(SyntaxError):  # `in` of a loop, say, has no opposite
            ast.parse(text)
            yield Mutant(file, line, lines[line], after, text)


def tests_of(file):
    """The tests of a file: those of its name; if there are none, of its folder's."""
    path, every = Path(file), sorted(Path("tests").rglob("*"))
    if path.match("vae_*/*"):
        return [test for test in OF_VAES if Path(test).exists()]
    model = path.parts[0].partition("_")[0]
    for name in (path.stem, *reversed(path.parent.parts), model):
        if tests := [str(p) for p in every if p.name in (f"test_{name}.py", name)]:
            return tests
    return ["tests"]


def succeed(project, tests, slow):
    """Whether tests, slow ones if asked for, pass and end in time; no process stays."""
    options = ["-x", "-m", "" if slow else "not slow", "-p", "no:cacheprovider"]
    # Bytecode would be taken for a mutant's, which is as old and as long as the file.
    changes = {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(project.parent)}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, f"--ignore-glob={COMPARED}", *tests],
        cwd=project,
        env=os.environ | changes,
        start_new_session=True,
        **dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL),
    )
    try:
        return process.wait(LIMIT) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main():
    """Print what survives -> 0 if nothing does, 1 if something, 2 for a mistake."""
    parser = Parser(prog="python -m tools.mutants")
    add = parser.add_argument
    add("files", metavar="FILE", nargs="+")
    add("--count", type=int, default=20, help="of all files together (default: 20)")
    add("--seed", type=int, default=0, help="another one chooses others")
    add("--tests", metavar="PATH", nargs="+", help="in place of those of each file")
    add("--slow", action="store_true", help="slow tests, too")
    return exit_status(_try, parser.parse_args())


def _try(options):
    paths = [Path(file).resolve().relative_to(Path.cwd()) for file in options.files]
    every = [mutant for path in paths for mutant in mutants(path.as_posix())]
    count = min(options.count, len(every))
    chosen = random.Random(options.seed).sample(every, count)
    alive, passing = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        shutil.copytree(".", project, ignore=shutil.ignore_patterns(".*", "runs"))
        for file, line, before, after, text in chosen:
            tests = options.tests or tests_of(file)
            if tests not in passing and not succeed(project, tests, options.slow):
                raise UserError(f"{' '.join(tests)}: fail with nothing changed")
            passing.append(tests)
            source = (project / file).read_text(encoding="utf-8")
            (project / file).write_text(text, encoding="utf-8")
            if succeed(project, tests, options.slow):
                alive[file] += 1
                change = f"    - {before.strip()}\n    + {after.strip()}"
                print(f"  {file}:{line}\n{change}", flush=True)
            (project / file).write_text(source, encoding="utf-8")
    for file, count in Counter(mutant.file for mutant in chosen).items():
        print(f"{file}: {count} mutants, {count - alive[file]} noticed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
