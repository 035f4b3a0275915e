"""`python -m tools.mutants`, on a project of a few lines."""

import os
import sys

import pytest

from tests.helpers import module
from tools import mutants

pytestmark = pytest.mark.skipif(os.name == "nt", reason="groups of processes")

CODE = '''"""1 + 1 is not 3."""


def f(x, *, y=0.5):
    for i in range(3):  # not 4
        x += -i
    return x if x is not None and not y else f"{1 + 1}"
'''
CHANGED = [
    (4, "def f(x, *, y=(0.5 + 1)):"),
    (5, "    for i in range((3 + 1)):  # not 4"),
    (6, "        x -= -i"),
    (6, "        x += +i"),
    (7, '    return x if x is  None and not y else f"{1 + 1}"'),
    (7, '    return x if x is not None or not y else f"{1 + 1}"'),
    (7, '    return x if x is not None and  y else f"{1 + 1}"'),
]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a program that is tested in part."""
    folder = tmp_path / "project"
    (folder / "tests").mkdir(parents=True)
    (folder / "program.py").write_text(
        "def add(a, b):\n    return a + b\n\n\ndef is_more(a, b):\n    return a > b\n"
    )
    (folder / "tests" / "test_program.py").write_text(
        "import program\n\n\ndef test():\n"
        "    assert program.add(1, 2) == 3\n    assert program.is_more(2, 1)\n"
    )
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(project):
    """In a process without threads, since a fork of one with threads may never end."""

    def main(*words):
        done = module("tools.mutants", *words, folder=project)
        return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()

    return main


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="f-strings have tokens")
def test_what_is_changed_and_what_is_not(tmp_path):
    path, changed = tmp_path / "code.py", []
    path.write_text(CODE)
    for _, line, text in mutants.mutants(path):
        (pair,) = {*enumerate(text.split("\n"), 1)} - {*enumerate(CODE.split("\n"), 1)}
        assert pair[0] == line
        changed.append(pair)
    assert changed == CHANGED


def test_a_sample_is_even_and_its_seed_repeats_it(project):
    """The many mutants of one file leave room for the few of another."""
    (project / "many.py").write_text("x = 1\n" * 50)
    files = ["many.py", "program.py"]
    chosen = [mutants.sample(files, 3, seed) for seed in (0, 0, 1)]
    assert [file for file, *_ in chosen[0]] == ["many.py", "program.py", "many.py"]
    assert chosen[0] == chosen[1] != chosen[2]
    assert len({*mutants.sample(files, 100, 0)}) == 52


def test_twins_change_together(project):
    (project / "twin.py").write_text((project / "program.py").read_text())
    for mutant in mutants.sample(["program.py", "twin.py"], 9, 0, together=True):
        file, line, text, twin = mutant
        assert (file, twin) == ("program.py", ("twin.py", line, text))


@pytest.mark.slow
def test_a_tested_line_is_noticed_and_an_untested_one_survives(project, run):
    before = (project / "program.py").read_text()
    survivor = "  program.py:6", "    - return a > b", "    + return a >= b"
    assert run("program.py") == (1, [*survivor, "program.py: 2 mutants, 1 noticed"], [])
    assert (project / "program.py").read_text() == before
    assert {path.name for path in project.iterdir()} == {"program.py", "tests"}
    test = project / "tests" / "test_program.py"
    test.write_text(test.read_text() + "    assert not program.is_more(1, 1)\n")
    assert run("program.py") == (0, ["program.py: 2 mutants, 2 noticed"], [])


@pytest.mark.parametrize(
    ("file", "tests"),
    [
        ("common/loop.py", ["tests/test_loop.py"]),
        ("common/images/formats.py", ["tests/images"]),
        ("vae_tf/model.py", ["tests/test_parity.py", "tests/vae_tf"]),
        ("gan_tf/model.py", ["tests/gan"]),
        ("common/other.py", ["tests"]),
    ],
)
def test_the_tests_of_a_file(project, file, tests):
    for folder in ("images", "vae_tf", "gan"):
        (project / "tests" / folder).mkdir()
    for name in ("loop", "parity"):
        (project / "tests" / f"test_{name}.py").touch()
    assert mutants.tests_of(file) == tests


@pytest.mark.parametrize(
    ("file", "error"),
    [
        ("nothing.py", "nothing.py: No such file or directory"),
        ("/outside.py", "'/outside.py' is not in the subpath of "),
        ("tests/notes.txt", "invalid syntax (notes.txt, line 1)"),
        ("program.py", "tests/test_program.py: fail without a mutant"),
    ],
)
def test_a_mistake(project, run, file, error):
    (project / "tests" / "test_program.py").write_text("assert False\n")
    (project / "tests" / "notes.txt").write_text("It is no Python.\n")
    status, lines, (line,) = run(file)
    assert (status, lines) == (2, [])
    assert line.startswith(f"error: {error}")
