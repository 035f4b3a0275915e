"""`python -m tests.stress_kill`: kill trainings at random moments, go on, compare bits.

Not a part of the tests, since it takes minutes.  Exit status 1 if a run that was killed
and resumed differs from one that was not.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.helpers import checkpoint, files, rows

OPTIONS = ["--data", "digits", "--epochs", "30", "--hidden", "16", "--latent-dim", "4"]


def train(package, *words, moment=None):
    """Train, and kill it so many seconds after it has its options -> seconds, status"""
    command = [sys.executable, "-m", f"{package}.train", "--quiet", *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None and not Path(words[-1], "config.json").exists():
        time.sleep(0.01)
    start = time.perf_counter()
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
    return time.perf_counter() - start, process.wait()


def result(run):
    """What training left, but for the time that it took."""
    return checkpoint(run), rows(run), files(run)


def main():
    """Print a line for each kill -> exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.stress_kill")
    parser.add_argument("packages", nargs="*", default=["vae_tf", "vae_theano"])
    parser.add_argument("--kills", type=int, default=25, help="of each package")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    for package in options.packages:
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder, "whole")
            duration, status = train(package, *OPTIONS, "--out", whole)
            if status:
                return f"{package}: cannot train"
            for number in range(options.kills):
                run, moment = Path(folder, str(number)), rng.uniform(0, duration)
                train(package, *OPTIONS, "--out", run, moment=moment)
                if train(package, "--resume", run)[1]:
                    return f"{package}, killed after {moment:.2f} s: cannot go on"
                same = result(run) == result(whole)
                verdict = "the same bits" if same else "DIFFERENT"
                times = f"{moment:5.2f} of {duration:.2f} s"
                print(f"{package}, killed after {times}: {verdict}", flush=True)
                if not same:
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
