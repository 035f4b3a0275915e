"""The user's matplotlibrc neither breaks our figures nor changes them."""

import sys

import pytest

from tests.outside.shell import run

DRAW = """
import sys
import numpy as np
from common import files
from common.commands.command_line import answer

def draw():
    from common import figures
    figure = figures.samples(("title", np.eye(784)[:9]))
    files.write_figure(files.path(sys.argv[1]), figure)
    return 0

sys.exit(answer(draw))
"""


@pytest.mark.slow
def test_settings_of_matplotlib(tmp_path):
    def draw(name, **changes):
        command = [sys.executable, "-c", DRAW, name]
        result = run(command, tmp_path, MPLCONFIGDIR=str(tmp_path), **changes)
        assert result.returncode == 0, result.stderr
        return (tmp_path / name).read_bytes()

    plain = draw("plain.png")
    settings = "text.usetex: True\nfigure.facecolor: red\nfont.size: 30\nnonsense: 1\n"
    (tmp_path / "matplotlibrc").write_text(settings)  # here it counts first
    assert draw("same.png") == plain
    named = str(tmp_path / "matplotlibrc")
    assert draw("named.png", MATPLOTLIBRC=named) == plain
