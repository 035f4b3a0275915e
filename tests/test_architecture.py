"""The house: who may import whom.  CONTRIBUTING.md says why."""

import ast
import importlib
import subprocess
from graphlib import TopologicalSorter

import pytest

import doorkeeper
from common import packages
from tests.conftest import MODELS, ROOT
from tests.helpers import module

PACKAGES = packages.every()
AT_THE_ROOT = {
    *(".ci", ".devcontainer", ".binder", ".github", ".gitignore", "LICENSE"),
    *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "README.md"),
    *("Makefile", "SECURITY.md", "doorkeeper.py", "pyproject.toml"),
    *("common", "docs", "exercises", "experiments", "notebooks", "pretrained"),
    *("tests", "tools"),
    *PACKAGES,
}
ABOVE = ("tools", "experiments", "exercises")  # they see all, and doors alone see them
SLOW = {"sklearn", "scipy", "matplotlib"}  # to import


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    module_of(path): path
    for folder in ("common", *ABOVE, *PACKAGES)
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.parent.name != "contenders"  # programs as others write them
}


def imports(tree):
    """The modules that a file imports, wherever in it; of ours, the exact files."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            files = whole & set(FILES)
            names |= files
            if len(files) < len(whole):
                names.add(node.module)
    return names


TREES = {name: ast.parse(path.read_text()) for name, path in FILES.items()}
GRAPH = {name: imports(tree) for name, tree in TREES.items()}
OURS = {name: others & set(FILES) for name, others in GRAPH.items()}


def libraries(framework):
    """What the distributions of a framework's room are imported as."""
    names = importlib.import_module(framework).LIBRARIES
    return {doorkeeper.MODULES.get(name, name) for name in names}


FRAMEWORKS = {  # room: what it alone may import, with the packages that use it
    name: libraries(name)
    for name in FILES
    if name.startswith("common.frameworks.") and "LIBRARIES" in FILES[name].read_text()
}
EVERY_LIBRARY = set().union(*FRAMEWORKS.values())


def is_door(name):
    """A file that a user runs, and that hands on to one command."""
    outside = name.count(".") == 1 and not name.startswith(ABOVE)
    return outside and "__main__" in FILES[name].read_text()


def room(module):
    """A folder of common/ or tools/, or a file: what stands on one floor."""
    if module in FILES and is_door(module):
        return "doors"
    parts = module.split(".")
    if parts[0] not in ("common", "tools"):
        return parts[0]
    deep = len(parts) > 2 and parts[1] in ("models", "frameworks")
    return ".".join(parts[: 3 if deep else 2])


def rooms(graph):
    """The same graph between rooms."""
    between = {}
    for name, others in graph.items():
        between.setdefault(room(name), set()).update(map(room, others))
    return {name: others - {name} for name, others in between.items()}


def test_all_files_are_read():
    assert {"common", "common.loop", "common.models.vae", "vae_tf.vae"} <= set(FILES)
    assert "common.loop" in OURS["common.record"]
    assert {"tensorflow", "vae_tf.model"} <= GRAPH["vae_tf.vae"]
    assert {"tensorflow", "keras", "theano", "torch"} <= EVERY_LIBRARY


@pytest.mark.parametrize("graph", [OURS, rooms(OURS)], ids=["files", "rooms"])
def test_there_is_no_circle(graph):
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("name", FILES)
def test_arrows_point_down(name):
    """Packages see themselves and common; tools see all, common itself alone."""
    mine, others = room(name), set(map(room, OURS[name]))
    if mine == "doors" or mine.startswith(ABOVE):
        return
    assert not any(other.startswith(ABOVE) for other in others)
    assert others & set(PACKAGES) <= {mine}
    if mine in PACKAGES:
        return
    assert mine == "common.commands" or "common.commands" not in others
    if mine.startswith("common.models."):
        assert {o for o in others if o.startswith("common.models.")} <= {mine}


@pytest.mark.parametrize("name", FILES)
def test_only_its_own_room_and_packages_import_a_framework(name):
    for framework, names in FRAMEWORKS.items():
        mine = room(name)
        own = mine in PACKAGES and f"common.frameworks.{packages.framework(mine)}"
        allowed = framework in (mine, own)
        imported = {module.partition(".")[0] for module in GRAPH[name]}
        assert allowed or not imported & names, framework


@pytest.mark.parametrize("name", [*filter(is_door, FILES)])
def test_a_door_has_five_lines(name):
    code = FILES[name].read_text().partition('"""\n')[2]
    assert len([line for line in code.splitlines() if line]) <= 5


NEUTRAL = [n for n in FILES if n.startswith(("common", "tools")) and not is_door(n)]


@pytest.mark.parametrize("name", NEUTRAL)
def test_a_model_is_named_in_its_own_room_alone(name):
    """No `if model == ...`, no table of models: they are found by their folders."""
    names = {*MODELS, *PACKAGES}
    strings = {n.value for n in ast.walk(TREES[name]) if isinstance(n, ast.Constant)}
    own = name.split(".")[2:3] if name.startswith("common.models.") else []
    assert not (strings & names) - set(own)


def test_nothing_stands_at_the_root_that_has_no_place_there():
    git = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if git.returncode:
        pytest.skip("not a git checkout")
    names = {line.partition("/")[0] for line in git.stdout.splitlines()}
    assert {n for n in names if not n.startswith("requirements")} <= AT_THE_ROOT


def imported(folder, *words):
    """Run `python -m ...` -> its output, the modules that Python says it imports."""
    result = module(*words, folder=folder, PYTHONPROFILEIMPORTTIME="1")
    assert result.returncode == 0, result.stderr
    names = {line.split("|")[-1].strip() for line in result.stderr.splitlines()}
    return result.stdout, names


@pytest.mark.parametrize(
    ("door", "words"),
    [
        ("vae_tf", "reconstruct"),
        ("vae_tf.train", "default: 128"),
        ("autoencoder_tf.train", "default: 200"),
        ("autoencoder_tf.bottleneck", "bottleneck.csv"),
        ("gan_theano.train", "--penalty"),
    ],
)
def test_help_waits_for_nothing(tmp_path, door, words):
    stdout, names = imported(tmp_path, door, "--help")
    assert words in stdout
    assert not names & (SLOW | EVERY_LIBRARY)


@pytest.mark.slow
def test_a_run_is_a_few_files(tmp_path):
    options = ["--data", "digits", "--epochs", "1", "--hidden", "5", "--quiet"]
    _, names = imported(tmp_path, "vae_numpy.train", *options)
    _, of_a_command = imported(tmp_path, "vae_numpy", "encode", "latest")
    assert not (names | of_a_command) & EVERY_LIBRARY
    ours = [path for name, path in FILES.items() if name in names]
    assert len(ours) <= 30
    assert sum(len(path.read_text().splitlines()) for path in ours) <= 3000
