"""What the tests here share: programs in processes of their own, in any folder."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SMALL = ("--data", "digits", "--epochs", "1", "--latent-dim", "2", "--hidden", "10")


def environment(home, **changes):
    """One without MNIST, its home being a folder of the test; None removes a name."""
    given = {k: v for k, v in os.environ.items() if k not in ("MNIST_PATH", "HOME")}
    given |= {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "https_proxy": "http://127.0.0.1:9",  # nobody listens
        "PYTHONPATH": str(ROOT),
    }
    given |= changes
    return {name: value for name, value in given.items() if value is not None}


def run(command, folder, **changes):
    """Run a list of words, or a line of a shell, in a folder."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, **changes),
        shell=isinstance(command, str),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def module(name, *words, folder, options=(), **changes):
    """Run `python -m NAME` in a folder."""
    command = [sys.executable, *options, "-m", name, *map(str, words)]
    return run(command, folder, **changes)
