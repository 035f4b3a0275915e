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
LIMIT = 300  # seconds for the tests of a mutant


def mutants(file):
    """Every mutant of a file -> (file, number of the changed line, whole text), ..."""
    source = Path(file).read_text(encoding="utf-8")
    ast.parse(source, file)  # else it is no Python
    lines = ["", *source.split("\n")]  # the first one has number 1
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    for token, following in itertools.pairwise(tokens):
        (line, start), (_, end) = token.start, token.end
        changed = OPPOSITE.get(token.string)
        if token.type == tokenize.NUMBER:
            changed = f"({token.string} + 1)"
        if changed is None or (token.string, following.string) in STAYS:
            continue
        after = lines[line][:start] + changed + lines[line][end:]
        text = "\n".join([*lines[1:line], after, *lines[line + 1 :]])
        with suppress(SyntaxError):  # `in` of a loop, say, has no opposite
            ast.parse(text)
            yield file, line, text


def sample(files, count, seed):
    """So many mutants, from each file in turn."""
    rng, shuffled = random.Random(seed), []
    for file in files:
        every = [*mutants(file)]
        shuffled.append(rng.sample(every, len(every)))
    turns = itertools.chain(*itertools.zip_longest(*shuffled))
    return [*itertools.islice(filter(None, turns), count)]


def tests_of(file):
    """The tests of a file: those of its name; if there are none, of its folder's."""
    path, every = Path(file), sorted(Path("tests").rglob("*"))
    model = path.parts[0].partition("_")[0]
    candidates = [[name] for name in (path.stem, *reversed(path.parent.parts), model)]
    if path.match("vae_*/*"):  # their mathematics is tested by comparing them
        candidates = [[path.parts[0], model, "parity"]]
    for own in candidates:
        names = {*own, *(f"test_{name}.py" for name in own)}
        if tests := [str(path) for path in every if path.name in names]:
            return tests
    return ["tests"]


def succeed(project, tests, slow):
    """Whether tests, slow ones if asked for, pass and end in time; no process stays."""
    options = ["-x", "-m", "" if slow else "not slow", "-p", "no:cacheprovider"]
    # Bytecode would be taken for a mutant's, which is as old and as long as the file.
    changes = {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(project.parent)}
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=project,
        env=os.environ | changes,
        start_new_session=True,
        **dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL),
    ) as process:
        try:
            return process.wait(LIMIT) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


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
    try:
        paths = [Path(file).resolve().relative_to(Path.cwd()) for file in options.files]
        files = [path.as_posix() for path in paths]
        chosen = sample(files, options.count, options.seed)
    except (SyntaxError, ValueError) as error:  # no Python; outside the project
        raise UserError(error) from None
    alive, passing = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        shutil.copytree(".", project, ignore=shutil.ignore_patterns(".*", "runs"))
        for file, line, text in chosen:
            tests = options.tests or tests_of(file)
            if tests not in passing and not succeed(project, tests, options.slow):
                raise UserError(f"{' '.join(tests)}: fail with nothing changed")
            passing.append(tests)
            source = (project / file).read_text(encoding="utf-8")
            (project / file).write_text(text, encoding="utf-8")
            if succeed(project, tests, options.slow):
                alive[file] += 1
                before, after = (
                    t.split("\n")[line - 1].strip() for t in (source, text)
                )
                print(f"  {file}:{line}\n    - {before}\n    + {after}", flush=True)
            (project / file).write_text(source, encoding="utf-8")
    for file, count in Counter(file for file, *_ in chosen).items():
        print(f"{file}: {count} mutants, {count - alive[file]} noticed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
