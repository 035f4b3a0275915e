"""`python -m tools.mutants FILE ...`: would tests notice a mistake in these files?

A mutant changes one operator, comparison or number, in a copy of the project.  It
survives if its file's tests pass: the place is untested, or the change makes none.
"""

import argparse
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

OPPOSITE = {
    **{"+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "%": "//"},
    **{"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|": "&", "&": "|", "|=": "&="},
    **{"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    **{"and": "or", "or": "and", "not": "", "is": "is not", "in": "not in"},
    **{"True": "False", "False": "True"},
}
STAYS = (("is", "not"), ("*", ","), ("/", ","))  # the latter two between parameters
BOUND = "tests/models/vae/test_importance_weighted_bound.py"
LESSONS = {  # their tests; of any other file, those that are named like it
    "autoencoder_*/*": ["tests/autoencoder_tf"],
    "gan_*/*": ["tests/gan"],
    "vae_*/*": ["tests/test_parity.py", "tests/vae_tf", "tests/vae_numpy", BOUND],
}
COMPARED = "*twins*"  # tests that compare files as text, and so notice everything
LIMIT = 300  # seconds for the tests of a mutant


class Mutant(NamedTuple):
    """A line of a file before and after the change."""

    file: str
    line: int
    before: str
    after: str

    def __str__(self):
        before, after = self.before.strip(), self.after.strip()
        return f"  {self.file}:{self.line}\n    - {before}\n    + {after}"

    def apply(self, source):
        """The text of the whole file after the change."""
        lines = source.split("\n")
        lines[self.line - 1] = self.after
        return "\n".join(lines)


def mutants(file):
    """Every mutant of a file, from its first line to its last."""
    source = Path(file).read_text(encoding="utf-8")
    ast.parse(source)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    for token, following in itertools.pairwise(tokens):
        (line, start), (_, end) = token.start, token.end
        changed = OPPOSITE.get(token.string)
        if token.type == tokenize.NUMBER:
            number = ast.literal_eval(token.string)
            changed = repr(number + 1 if isinstance(number, int) else 2 * number or 1.0)
        if changed is None or (token.string, following.string) in STAYS:
            continue
        before = source.split("\n")[line - 1]
        mutant = Mutant(file, line, before, before[:start] + changed + before[end:])
        with suppress(SyntaxError):  # `in` of a loop, say, has no opposite
            ast.parse(mutant.apply(source))
            yield mutant


def sample(files, count, seed):
    """So many mutants, one of each file in turn.  A file's do not depend on others."""
    shuffled = []
    for file in files:
        every = list(mutants(file))
        random.Random(f"{seed} {file}").shuffle(every)
        shuffled.append(every)
    turns = itertools.zip_longest(*shuffled)
    return [mutant for turn in turns for mutant in turn if mutant][:count]


def tests_of(file):
    """The tests of a file: those of its name; if there are none, of its folder's."""
    path, every = Path(file), sorted(Path("tests").rglob("*"))
    for pattern, tests in LESSONS.items():
        if path.match(pattern):
            return [test for test in tests if Path(test).exists()]
    for name in (path.stem, *reversed(path.parent.parts)):
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


def survivors(chosen, tests, slow):
    """Try mutants, by tests of our choice or by those of each file.  -> generator"""
    passing = []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        shutil.copytree(".", project, ignore=shutil.ignore_patterns(".*", "runs"))
        for mutant in chosen:
            paths = tests or tests_of(mutant.file)
            if paths not in passing and not succeed(project, paths, slow):
                raise ValueError(f"{' '.join(paths)}: fail with nothing changed")
            passing.append(paths)
            copy = project / mutant.file
            source = copy.read_text(encoding="utf-8")
            copy.write_text(mutant.apply(source), encoding="utf-8")
            if succeed(project, paths, slow):
                yield mutant
            copy.write_text(source, encoding="utf-8")


def main():
    """Print what survives -> 0 if nothing does, 1 if something, 2 for a mistake."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    add = parser.add_argument
    add("files", metavar="FILE", nargs="+")
    add("--count", type=int, default=20, help="of all files together (default: 20)")
    add("--seed", type=int, default=0, help="another one chooses others")
    add("--tests", metavar="PATH", nargs="+", help="in place of those of each file")
    add("--slow", action="store_true", help="slow tests, too")
    options = parser.parse_args()
    alive = Counter()
    try:
        paths = [Path(file).resolve().relative_to(Path.cwd()) for file in options.files]
        files = [path.as_posix() for path in paths]
        chosen = sample(files, options.count, options.seed)
        for mutant in survivors(chosen, options.tests, options.slow):
            print(mutant, flush=True)
            alive[mutant.file] += 1
    except (OSError, SyntaxError, ValueError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    for file, count in Counter(mutant.file for mutant in chosen).items():
        print(f"{file}: {count} mutants, {count - alive[file]} noticed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
