"""`python -m tests.stress_kill`: kill trainings at random moments, go on, compare bits.

Not a part of the tests, since it takes minutes.  Exit status 1 if a run that was killed
and resumed differs from one that was not.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

OPTIONS = ["--data", "digits", "--epochs", "30", "--hidden", "16", "--latent-dim", "4"]


def train(package, *words):
    """Start a training."""
    command = [sys.executable, "-m", f"{package}.train", "--quiet", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def started(process, run):
    """Wait until the run has its options, which is when it can be resumed."""
    while process.poll() is None and not (run / "config.json").exists():
        time.sleep(0.01)
    return time.perf_counter()


def result(run):
    """What training left, but for the time that it took.  -> {name: array}"""
    with np.load(run / "checkpoint.npz") as arrays:
        found = {name: arrays[name] for name in arrays if name != "seconds"}
    with (run / "history.csv").open(newline="") as file:
        rows = [{**row, "seconds": ""} for row in csv.DictReader(file)]
    pictures = sorted(path.name for path in run.rglob("*.png"))
    return found | {"history": np.array(str(rows)), "pictures": np.array(pictures)}


def epochs(run):
    """How many epochs the checkpoint holds."""
    if not (run / "checkpoint.npz").exists():
        return 0
    with np.load(run / "checkpoint.npz") as arrays:
        return arrays["epoch"].item()


def killed(package, run, moment):
    """Train, kill it, resume it to its end -> the epochs that it had done."""
    process = train(package, *OPTIONS, "--out", run)
    started(process, run)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    done = epochs(run)
    if train(package, "--resume", run).wait():
        sys.exit(f"{package}, killed after {moment:.2f} s: cannot go on")
    return done


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
            process = train(package, *OPTIONS, "--out", whole)
            start = started(process, whole)
            if process.wait():
                return f"{package}: cannot train"
            duration, expected = time.perf_counter() - start, result(whole)
            for number in range(options.kills):
                run = Path(folder, str(number))
                moment = rng.uniform(0, duration)
                done, found = killed(package, run, moment), result(run)
                same = found.keys() == expected.keys() and all(
                    np.array_equal(found[name], expected[name]) for name in expected
                )
                verdict = "the same bits" if same else "DIFFERENT"
                print(
                    f"{package}, killed after {moment:5.2f} of {duration:.2f} s, "
                    f"in epoch {done + 1:2}: {verdict}",
                    flush=True,
                )
                if not same:
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
