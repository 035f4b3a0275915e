"""The first lines of every program: whatever is wrong, it is said in one line."""

import ast
import importlib.metadata
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import doorkeeper
from tests.conftest import ROOT
from tests.helpers import module, one_line, succeed

SMALL = ["--data", "digits", "--epochs", "1", "--hidden", "5", "--quiet"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_any_python_can_read_it():
    """No syntax that Python 2.7 or 3.6 does not know."""
    tree = ast.parse((ROOT / "doorkeeper.py").read_text(), feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Nonlocal, ast.Await)
    for node in ast.walk(tree):
        assert not isinstance(node, newer)
        assert not isinstance(node, ast.arguments) or not node.kwonlyargs
        assert not isinstance(node, ast.Raise) or node.cause is None
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            assert not any(isinstance(e, ast.Starred) for e in node.elts)


def test_the_table_is_what_pip_reads():
    def text(need):
        most = f",<{need['newest']}" if need["newest"] else ""
        marker = f"; python_version < '{need['python']}'" if need["python"] else ""
        return f"{need['name']}>={need['oldest']}{most}{marker}"

    oldest, table = doorkeeper._table()
    assert f">={oldest}" == PROJECT["requires-python"]
    extras = {"dependencies": PROJECT["dependencies"]}
    extras |= PROJECT["optional-dependencies"]
    assert {name: [*map(text, needs)] for name, needs in table.items()} == extras


def test_requirements_of_numpy_are_those_of_the_project():
    lines = (ROOT / "requirements-numpy.txt").read_text().splitlines()
    names = [line.partition("#")[0].strip() for line in lines]
    assert [name for name in names if name] == PROJECT["dependencies"]


def test_what_is_installed_is_found():
    installed = doorkeeper._installed()
    for name in ("numpy", "scikit-learn", "jax", "tensorflow"):
        assert installed[name] == importlib.metadata.version(name)


@pytest.mark.parametrize(
    ("version", "extra", "words"),
    [
        ((3, 6), "tensorflow", ["Python 3.6 (", "3.11 or newer"]),
        ((3, 12), "theano", ["Python 3.12 (", "theano", "3.12"]),
        ((3, 14), "tensorflow", ["Python 3.14 (", "tensorflow", "3.14"]),
    ],
)
def test_a_python_that_is_too_old_or_too_new(monkeypatch, version, extra, words):
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    with pytest.raises(ImportError) as error:
        doorkeeper.check(extra)
    for word in [sys.executable, *words]:
        assert word in str(error.value)


def test_numpy_has_no_upper_limit(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 20, 0))
    doorkeeper.check("numpy")


@pytest.mark.parametrize(
    ("folder", "extra", "words"),
    [
        ("scikit_learn-1.5.2", "numpy", "scikit-learn 1.5.2 is too old, 1.6 or newer"),
        pytest.param(
            *("numpy-2.4.6", "theano", "numpy 2.4.6 is too new, one before 2 is"),
            marks=pytest.mark.skipif(sys.version_info >= (3, 12), reason="too new"),
        ),
    ],
)
def test_a_package_too_old_or_too_new(monkeypatch, tmp_path, folder, extra, words):
    (tmp_path / f"{folder}.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=words):
        doorkeeper.check(extra)


def without_packages(*words):
    """This Python without site-packages."""
    command = [sys.executable, "-S", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("door", ["vae_tf.train", "vae_numpy", "common.compare"])
def test_packages_that_are_missing(door):
    words = "numpy is not installed in", sys.executable, "without -S"
    one_line(without_packages("-m", door), *words)


def test_an_import_is_no_exit():
    result = without_packages("-c", "import vae_tf")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("doorkeeper.LackError: numpy is")


@pytest.fixture
def project(monkeypatch, tmp_path):
    """A clone in which nothing is installed, and Python is the system's."""
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(doorkeeper, "ROOT", str(tmp_path))
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("extra", ["numpy", "jax", "torch", "pytensor"])
def test_the_cure(project, monkeypatch, extra):
    folder, other, target = ".venv", ".venv-today", "make train"
    if extra in ("torch", "pytensor"):
        folder, other, target = other, folder, "make today"
    assert doorkeeper._cure(extra).startswith(f"type {target} in ")
    (project / folder / "bin").mkdir(parents=True)
    assert doorkeeper._cure(extra).startswith(f"type source {folder}/bin/activate,")
    pip = f'type {sys.executable} -m pip install -e "{project}[{extra}]"'
    for own in (project / folder, project / "mine"):
        monkeypatch.setattr(sys, "prefix", str(own))
        assert doorkeeper._cure(extra) == pip
    monkeypatch.setattr(sys, "prefix", str(project / other))
    assert doorkeeper._cure(extra).startswith(f"type source {folder}/bin/activate,")


def test_the_cure_for_another_python(project, monkeypatch):
    assert doorkeeper._cure(None).startswith("type make train in ")
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    text = r"too new for theano.*; or use vae_pytensor$"
    with pytest.raises(ImportError, match=text):
        runpy.run_path(ROOT / "vae_theano" / "__init__.py")


@pytest.mark.parametrize("name", ["common", "copy", "numpy", "random", "tqdm"])
def test_a_file_that_hides_a_module(tmp_path, name):
    (tmp_path / f"{name}.py").write_text("x = 1\n")
    result = module("vae_numpy.train", *SMALL, folder=tmp_path)
    one_line(result, f"{tmp_path}/{name}.py is taken for the module {name}; rename it")
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "name", "text", "reason"),
    [
        ("vae_numpy", "tqdm", "raise OSError('no such\\nluck')\n", "no such luck"),
        ("vae_numpy", "numpy", "", "Error: "),
        ("vae_numpy", "packaging", "", "Error: "),  # which other libraries need
        ("vae_tf", "tensorflow", "raise ImportError('no DLL')", "ImportError: no DLL"),
        ("vae_theano", "theano", "raise ImportError('ABI')", "ImportError: ABI"),
    ],
)
def test_a_library_that_cannot_be_imported(tmp_path, package, name, text, reason):
    """It raises something, or has no contents."""
    door = tmp_path / "elsewhere" / name / "__init__.py"
    door.parent.mkdir(parents=True)
    door.write_text(text)
    path = f"{ROOT}:{tmp_path / 'elsewhere'}"
    result = module(f"{package}.train", *SMALL, folder=tmp_path, PYTHONPATH=path)
    one_line(result, f"error: {name} ({door}) could not be imported (", reason)
    path = Path(re.search(r"\S+/vae-lecture-\d+-\d+\.txt", result.stderr)[0])
    assert reason in path.read_text().replace("\n", " ")
    path.unlink()


@pytest.mark.parametrize("name", ["tqdm", "cycler"])  # before the command, in it
def test_ctrl_c_while_python_imports(tmp_path, name):
    (tmp_path / f"{name}.py").write_text("exec('raise KeyboardInterrupt')")
    result = module("vae_numpy.train", *SMALL, folder=tmp_path)
    assert (result.returncode, result.stderr) == (130, "\ninterrupted\n")


def test_success_is_no_error_where_python_goes_on(tmp_path):
    result = module("vae_numpy", "--help", folder=tmp_path, PYTHONINSPECT="1")
    assert "bug" not in result.stderr


@pytest.mark.slow
def test_what_is_there_for_other_programs_stops_nothing(tmp_path):
    """Settings each of which would end it, and a file that is not needed."""
    (tmp_path / "error").touch()  # no folder for matplotlib
    (tmp_path / "tensorflow.py").write_text("x = 1\n")
    names = "MPLBACKEND MPLCONFIGDIR PYTHONWARNINGS TQDM_MININTERVAL OMP_NUM_THREADS"
    changes = dict.fromkeys(names.split(), "error")
    succeed(module("vae_numpy.train", *SMALL, folder=tmp_path, **changes))
