"""What only POSIX has is needed nowhere, and a run's lock behaves as everywhere."""

import re
from itertools import pairwise

import pytest

from common import UserError, packages, runs
from common.packages import ROOT

POSIX_ONLY = r"(import|from) (fcntl|grp|posix|pty|pwd|resource|syslog|termios|tty)\b"


def test_what_only_posix_has_is_tried_where_it_is_imported():
    imports = 0
    for folder in ("common", "tools", *packages.every()):
        for path in (ROOT / folder).rglob("*.py"):
            lines = ["", *map(str.strip, path.read_text().splitlines())]
            for before, line in pairwise(lines):
                if re.match(POSIX_ONLY, line):
                    assert before == "try:", path
                    imports += 1
    assert imports > 0


def test_a_run_is_locked_once(tmp_path):
    first, second = runs.Run(tmp_path), runs.Run(tmp_path)
    first.lock()
    line = f"^{re.escape(str(tmp_path))}: another process is training here$"
    with pytest.raises(UserError, match=line):
        second.lock()
    first.unlock()
    assert list(tmp_path.iterdir()) == []
    second.lock()
    second.unlock()
    second.unlock()  # does no harm
