"""`python -m common.compare`: one training in several packages."""

import json
import re

import pytest


@pytest.mark.slow
def test_compare(command, tmp_path):
    out = tmp_path / "comparison"
    options = ["--data", "digits", "--epochs", 1, "--out", out]
    result = command("common.compare", "vae_tf", "vae_theano", *options)
    assert result.returncode == 0, result.stderr
    columns = json.loads((out / "report.json").read_text())["columns"]
    assert [column["package"] for column in columns] == ["vae_tf", "vae_theano"]
    first, twin = (column["history"][0]["test_elbo"] for column in columns)
    assert first == pytest.approx(twin, abs=0.3)
    shown = re.search(r"^test ELBO\b.* (-[\d.]+) +(-[\d.]+)$", result.stdout, re.M)
    assert float(shown[1]) == pytest.approx(first, abs=0.006)
    assert float(shown[2]) == pytest.approx(twin, abs=0.006)
    assert re.search(r"^one epoch.* +[\d.]+ +[\d.]+$", result.stdout, re.M)
