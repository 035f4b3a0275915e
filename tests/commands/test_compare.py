"""`python -m common.compare`: one training in several packages."""

import re

import pytest


def test_compare(command):
    options = ["--data", "digits", "--epochs", 1]
    result = command("common.compare", "vae_tf", "vae_theano", *options)
    assert result.returncode == 0, result.stderr
    first = re.search(r"^ +1 +(-[\d.]+) +(-[\d.]+)$", result.stdout, re.M)
    assert float(first[1]) == pytest.approx(float(first[2]), abs=0.3)
    assert re.search(r"^vae_theano +-[\d.]+ +[\d.]+ +[\d.]+$", result.stdout, re.M)
