"""What only POSIX has is needed nowhere, and a run's lock behaves as everywhere."""

import sys

import pytest

from common import UserError, packages, runs
from common.packages import ROOT
from tests.helpers import run, start

POSIX_ONLY = ["fcntl", "grp", "pwd", "resource", "termios"]
HIDE = f"""
import importlib.abc
import sys

class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in {POSIX_ONLY}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

for name in {POSIX_ONLY}:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Hidden())
"""
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for folder in ("common", "tools", *packages.every())
    for path in (ROOT / folder).rglob("*.py")
)


@pytest.mark.slow
def test_every_module_is_imported_without_them(tmp_path):
    assert {"common.runs", "vae_tf.vae", "common.commands.train"} <= {*MODULES}
    lines = [HIDE, "import importlib"]
    for framework in ("tensorflow", "theano"):
        lines += [f"from common.frameworks import {framework} as framework"]
        lines += ["framework.prepare()", "framework.load()"]
    lines += [f"for name in {MODULES}:", "    importlib.import_module(name)"]
    lines += [f"assert not {{*sys.modules}} & {{*{POSIX_ONLY}}}"]
    result = run([sys.executable, "-c", "\n".join(lines)], tmp_path)
    assert result.returncode == 0, result.stderr


def test_a_run_is_locked_once(tmp_path):
    first, second = runs.Run(tmp_path), runs.Run(tmp_path)
    first.lock()
    with pytest.raises(UserError) as caught:
        second.lock()
    assert str(caught.value) == f"{tmp_path}: another process is training here"
    first.unlock()
    assert list(tmp_path.iterdir()) == []
    second.lock()
    second.unlock()
    second.unlock()  # does no harm


def test_a_killed_process_leaves_no_lock(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from common import runs\n"
        "run = runs.Run(Path(sys.argv[1])); run.lock(); print('locked', flush=True)\n"
        "time.sleep(600)"
    )
    process = start("-c", code, tmp_path, cwd=ROOT)
    assert process.stdout.readline() == "locked\n"
    mine = runs.Run(tmp_path)
    with pytest.raises(UserError, match="another process is training here"):
        mine.lock()
    process.kill()
    process.communicate()
    mine.lock()
    mine.unlock()
