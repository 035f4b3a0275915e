"""A run that was interrupted ends as one that was not, to the bit."""

import numpy as np
import pytest

from common.commands.table import Table
from tests.commands.test_train import interrupt_after


def arrays(run):
    with np.load(run / "checkpoint.npz") as checkpoint:
        return {name: checkpoint[name] for name in checkpoint if name != "seconds"}


@pytest.mark.slow
def test_resuming_is_exact(command, tmp_path, monkeypatch):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    options = ["--data", "digits", "--epochs", 4, "--hidden", 64, "--quiet"]
    assert command("vae_numpy.train", *options, "--out", whole).returncode == 0
    with monkeypatch.context() as patch:
        patch.setattr(Table, "row", interrupt_after(2))
        result = command("vae_numpy.train", *options, "--out", parts)
        assert result.returncode == 130
    assert arrays(parts)["epoch"] == 2
    assert command("vae_numpy.train", "--resume", parts, "--quiet").returncode == 0
    expected, found = arrays(whole), arrays(parts)
    assert found["epoch"] == 4
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)
