"""A run that was interrupted ends as one that was not, to the bit."""

from common.commands.table import Table
from tests.helpers import checkpoint, interrupt_after, rows


def test_resuming_is_exact(command, tmp_path, monkeypatch):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    options = ["--data", "digits", "--epochs", 4, "--hidden", 64, "--quiet"]
    assert command("vae_numpy.train", *options, "--out", whole).returncode == 0
    with monkeypatch.context() as patch:
        patch.setattr(Table, "row", interrupt_after(2))
        result = command("vae_numpy.train", *options, "--out", parts)
    assert result.returncode == 130
    assert len(rows(parts)) == 2
    assert command("vae_numpy.train", "--resume", parts, "--quiet").returncode == 0
    assert checkpoint(parts) == checkpoint(whole)
    assert rows(parts) == rows(whole)
