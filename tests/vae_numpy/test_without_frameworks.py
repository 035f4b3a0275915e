"""A framework that is not installed; the workflows try vae_numpy without any."""

import sys

import pytest

from tests.helpers import one_line, run

PROGRAM = """
import runpy, sys
sys.modules["{1}"] = None  # which cannot be imported
runpy.run_module("{0}.train", run_name="__main__")
"""


@pytest.mark.parametrize("names", [("vae_tf", "tensorflow"), ("vae_theano", "theano")])
def test_a_missing_framework_gets_one_line(names, tmp_path):
    program = PROGRAM.format(*names)
    command = [sys.executable, "-c", program, "--data", "digits", "--quiet"]
    one_line(run(command, tmp_path), f"error: {names[1]} could not be imported (")
