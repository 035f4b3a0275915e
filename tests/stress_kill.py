"""`python -m tests.stress_kill`: kill trainings at random moments, go on, compare bits.

Not a part of the tests, since it takes minutes.  Exit status 1 if a run that was killed
and resumed differs from one that was not.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

OPTIONS = ["--data", "digits", "--epochs", "12", "--hidden", "32", "--latent-dim", "4"]


def train(package, *words):
    """Start a training."""
    command = [sys.executable, "-m", f"{package}.train", "--quiet", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def state(run):
    """What a checkpoint holds, but for the time that it took."""
    with np.load(run / "checkpoint.npz") as arrays:
        return {name: arrays[name] for name in arrays if name != "seconds"}


def killed(package, run, rng, duration):
    """Train, kill it at a random moment, resume it to its end."""
    process = train(package, *OPTIONS, "--out", run)
    moment = rng.uniform(0, duration)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    resumable = (run / "config.json").exists()
    if not resumable:
        shutil.rmtree(run, ignore_errors=True)
    words = ["--resume", run] if resumable else [*OPTIONS, "--out", run]
    if train(package, *words).wait():
        sys.exit(f"{package}, killed after {moment:.2f} s: cannot go on")
    return moment


def main():
    """Print a line for each kill."""
    parser = argparse.ArgumentParser(prog="python -m tests.stress_kill")
    parser.add_argument("packages", nargs="*", default=["vae_tf", "vae_theano"])
    parser.add_argument("--kills", type=int, default=25, help="of each package")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    for package in options.packages:
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder, "whole")
            start = time.perf_counter()
            if train(package, *OPTIONS, "--out", whole).wait():
                return f"{package}: cannot train"
            duration, expected = time.perf_counter() - start, state(whole)
            for number in range(options.kills):
                run = Path(folder, str(number))
                moment = killed(package, run, rng, duration)
                found = state(run)
                same = found.keys() == expected.keys() and all(
                    np.array_equal(found[name], expected[name]) for name in expected
                )
                verdict = "the same bits" if same else "DIFFERENT"
                print(f"{package}, killed after {moment:5.2f} s: {verdict}", flush=True)
                if not same:
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
