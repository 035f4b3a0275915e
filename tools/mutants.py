"""`python -m tools.mutants FILE ...`: would tests notice a mistake in these files?

A mutant changes one operator, comparison or number, in a copy of the project.  It
survives if its file's tests pass: they do not cover the change, or it has no effect.
A fork of this process, which has imported the frameworks, runs them.
"""

import ast
import io
import itertools
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import tokenize
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from common import UserError, packages
from common.commands.command_line import Parser, exit_status
from common.frameworks import silence

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


def sample(files, count, seed, together=False):
    """Choose `count` mutants, from each file in turn.

    With `together`, each choice changes the same place in all the files, twins.
    """
    rng, every = random.Random(seed), [[*mutants(file)] for file in files]
    if together:
        every = [[(*first, *twins) for first, *twins in zip(*every, strict=True)]]
    shuffled = [rng.sample(each, len(each)) for each in every]
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


def succeed(project, words):
    """Whether tests pass and end in time, in a fork; none of its processes stays."""
    fork = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory(dir=project.parent) as temporary:
        child = fork.Process(target=_test, args=(project, temporary, words))
        child.start()
        try:
            child.join(LIMIT)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.join()
    return child.exitcode == 0


def _test(project, temporary, words):
    """Run pytest in the copy, whose modules take the place of those that are here."""
    os.setsid()
    os.chdir(project)
    # Python would reuse bytecode of a file with the time and size of a mutant.
    os.environ["PYTHONDONTWRITEBYTECODE"], sys.dont_write_bytecode = "1", True
    # Each mutant fits its own judge instead of loading one.
    os.environ["TMPDIR"] = os.environ["XDG_CACHE_HOME"] = tempfile.tempdir = temporary
    ours = {path.stem for path in project.iterdir()}
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    sys.path.insert(0, str(project))
    cache = f"cache_dir={project.parent}/cache"  # the tests that failed last
    with silence():
        sys.exit(pytest.main(["-x", "--ff", "-o", cache, *words]))


def main():
    """Print what survives -> 0 if nothing does, 1 if something, 2 for a mistake."""
    parser = Parser(prog="python -m tools.mutants")
    add = parser.add_argument
    add("files", metavar="FILE", nargs="+")
    add("--count", type=int, default=20, help="mutants in all (default: 20)")
    add("--seed", type=int, default=0, help="random seed (default: 0)")
    add("--tests", metavar="PATH", nargs="+", help="run these tests instead")
    add("--slow", action="store_true", help="add the slow tests")
    add("--together", action="store_true", help="change all the files, twins, at once")
    return exit_status(_try, parser.parse_args())


def _try(options):
    try:
        paths = [Path(file).resolve().relative_to(Path.cwd()) for file in options.files]
        files = [path.as_posix() for path in paths]
        chosen = sample(files, options.count, options.seed, options.together)
    except (SyntaxError, ValueError) as error:  # no Python; outside the project
        raise UserError(error) from None
    every = packages.every()
    for package in packages.runnable() if Path.cwd() == packages.ROOT else ():
        packages.estimator(package)  # so that no fork imports its framework
    alive, passing = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        shutil.copytree(".", project, ignore=shutil.ignore_patterns(".*", "runs"))
        for mutant in chosen:
            file, line, text, *twins = mutant
            tests, package = options.tests or tests_of(file), file.partition("/")[0]
            words = [*tests, "-m", "" if options.slow else "not slow"]
            if package in every and not options.together:  # others notice nothing
                others = " or ".join(name for name in every if name != package)
                words += ["-k", f"{package} or not ({others})"]
            if words not in passing and not succeed(project, words):
                raise UserError(f"{' '.join(tests)}: fail without a mutant")
            passing.append(words)
            texts = {project / name: t for name, _, t in (mutant[:3], *twins)}
            sources = {path: path.read_text("utf-8") for path in texts}
            for path, its in texts.items():
                path.write_text(its, "utf-8")
            if succeed(project, words):
                alive[file] += 1
                both = sources[project / file], text
                before, after = (its.split("\n")[line - 1].strip() for its in both)
                print(f"  {file}:{line}\n    - {before}\n    + {after}", flush=True)
            for path, its in sources.items():
                path.write_text(its, "utf-8")
    for file, count in Counter(file for file, *_ in chosen).items():
        print(f"{file}: {count} mutants, {count - alive[file]} noticed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
