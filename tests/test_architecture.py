"""The house: who may import whom.  CONTRIBUTING.md says why."""

import ast
import subprocess
from graphlib import CycleError, TopologicalSorter

import pytest

from common import about, packages
from common.packages import ROOT

PACKAGES = packages.every()
FRAMEWORKS = {  # room in common/frameworks: what it alone may import
    "tensorflow": {"tensorflow", "keras"},
    "theano": {"theano"},
}
AT_THE_ROOT = {
    *(".ci", ".devcontainer", ".binder", ".github", ".gitignore", "LICENSE"),
    *("CITATION.cff", "CONTRIBUTING.md", "Makefile", "README.md", "pyproject.toml"),
    *("common", "docs", "experiments", "notebooks", "pretrained", "tests", "tools"),
    *PACKAGES,
}


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    module_of(path): path
    for folder in ("common", "tools", *PACKAGES)
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def imports(tree):
    """The modules that a file imports, wherever in it; of ours, the exact files."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            files = whole & set(FILES)
            found |= files
            if len(files) < len(whole):
                found.add(node.module)
    return found


TREES = {name: ast.parse(path.read_text()) for name, path in FILES.items()}
GRAPH = {name: imports(tree) for name, tree in TREES.items()}
OURS = {name: {n for n in found if n in FILES} for name, found in GRAPH.items()}


def room(module):
    """A folder of common/ or tools/, or a file: what stands on one floor."""
    if is_door(module):
        return "doors"
    parts = module.split(".")
    if parts[0] not in ("common", "tools"):
        return parts[0]
    deep = len(parts) > 2 and parts[1] in ("models", "frameworks")
    return ".".join(parts[: 3 if deep else 2])


def is_door(name):
    """A file that a user runs, and that hands on to one command."""
    text = FILES[name].read_text() if name in FILES else ""
    return name.count(".") == 1 and "__main__" in text and len(text.splitlines()) < 16


def test_all_files_are_read():
    assert {"common", "common.loop", "common.models.vae", "vae_tf.vae"} <= set(FILES)
    assert "common.loop" in OURS["common.commands.train"]
    assert {"tensorflow", "vae_tf.model"} <= GRAPH["vae_tf.vae"]


def rooms(graph):
    """The same graph between rooms."""
    between = {}
    for name, found in graph.items():
        others = {room(other) for other in found} - {room(name)}
        between.setdefault(room(name), set()).update(others)
    return between


@pytest.mark.parametrize("graph", [OURS, rooms(OURS)], ids=["files", "rooms"])
def test_there_is_no_circle(graph):
    TopologicalSorter(graph).prepare()


def test_a_circle_would_be_noticed():
    circle = OURS | {"common.files": {"common.loop"}}
    with pytest.raises(CycleError):
        TopologicalSorter(circle).prepare()


@pytest.mark.parametrize("name", FILES)
def test_arrows_point_down(name):
    """Packages see themselves, tools and common; tools see the other two."""
    ours, mine = OURS[name], room(name)
    if mine == "doors" or mine.partition(".")[0] == "tools":
        return
    if mine in PACKAGES:
        assert {other for other in map(room, ours) if other in PACKAGES} <= {mine}
        return
    assert not any(room(other) in PACKAGES for other in ours)
    assert not any(other.startswith("tools") for other in ours)
    commands = {other for other in ours if room(other) == "common.commands"}
    assert mine == "common.commands" or not commands
    if mine.startswith("common.models."):
        others = {room(o) for o in ours if room(o).startswith("common.models.")}
        assert others <= {mine}


@pytest.mark.parametrize("name", FILES)
def test_only_its_own_room_and_packages_import_a_framework(name):
    found = {module.partition(".")[0] for module in GRAPH[name]}
    for framework, libraries in FRAMEWORKS.items():
        allowed = room(name) == f"common.frameworks.{framework}" or any(
            room(other) == f"common.frameworks.{framework}"
            for other in OURS.get(f"{room(name)}", ())
        )
        assert allowed or not found & libraries, (name, framework)


NEUTRAL = [n for n in FILES if room(n) not in PACKAGES and not is_door(n)]


@pytest.mark.parametrize("name", NEUTRAL)
def test_a_model_is_named_in_its_own_room_alone(name):
    """No `if model == ...`, no table of models: they are found by their folders."""
    names = {*about.names(), *PACKAGES}
    strings = {n.value for n in ast.walk(TREES[name]) if isinstance(n, ast.Constant)}
    own = name.split(".")[2:3] if name.startswith("common.models.") else []
    assert not (strings & names) - set(own)


def test_nothing_stands_at_the_root_that_has_no_place_there():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    found = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    found = {name for name in found if not name.startswith("requirements")}
    assert found <= AT_THE_ROOT
