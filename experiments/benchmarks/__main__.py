"""Measure speed beside other programs, in one run: `make bench`.

    epochs    seconds per epoch of every contender, for two networks
    cold      from the start of the process to ten epochs and their figures
    start     seconds to import, and to compile for the first and the second time
    evaluate  `evaluate --samples 5000` beside its matrix products alone
    growth    how they grow with units, batch size and latent variables

Contenders take turns, so that what disturbs the machine disturbs them all; medians are
printed, and ratios to vae_tf.  Without ARGS, epochs are measured; ARGS="cold start"
measures these.  Programs run where their framework is: here, or in the environment of
`make today`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import median

from tqdm import tqdm

from common import packages
from experiments.benchmarks.contenders import job
from tools.environments import TODAY, python_for

COMPILERS = "THEANO", "PYTENSOR"  # that keep what they compile in files
LOG = tempfile.TemporaryFile("w+")  # noqa: SIM115  # standard error of the contenders
PACKAGE = __package__ + ".contenders"
VAES = [name for name in packages.every() if packages.model_of(name).name == "vae"]
OURS = {name: ("ours", name) for name in VAES}  # module, what it is told by CONTENDER
JAX = {"JAX, lax.scan": ("jax_scan", "")}
PEERS = {
    "vae_tf, a call per step": ("python_loop", "vae_tf"),
    "Keras fit, jit_compile": ("keras_fit", ""),
    **JAX,
    "PyTorch, eager": ("pytorch", "eager"),
    "PyTorch, compile": ("pytorch", "compile"),
}
NEEDS = {"jax_scan": "vae_jax", "pytorch": "vae_torch"}  # the same framework
DEEP = {"hidden": [200, 200], "latent_dim": 50, "activation": "tanh"}
NETWORKS = {"784-400-20, relu": {}, "784-200-200-50, tanh": DEEP}
GROWTH = {
    "units": [{"hidden": [n]} for n in (100, 200, 400, 800, 1600)],
    "batch size": [{"batch_size": n} for n in (32, 128, 512, 1024)],
    "latent variables": [{"latent_dim": n} for n in (2, 20, 200)],
}


def python_of(module, told):
    """The Python that runs a contender; None if it is not installed."""
    if module in NEEDS and TODAY.exists():
        return TODAY  # the newest peers
    return python_for(NEEDS.get(module, told if told in VAES else "vae_numpy"))


def installed(contenders):
    """Those whose library is here; of the others, say so."""
    for name, which in contenders.items():
        if not python_of(*which):
            print(f"{name}: its framework is not installed")
    return {name: w for name, w in contenders.items() if python_of(*w)}


def command(module, told, *arguments):
    """What starts a contender.  -> arguments of Popen"""
    python = python_of(module, told)
    program = [python, "-W", "ignore", "-m", f"{PACKAGE}.{module}"]
    environment = os.environ | {"CONTENDER": told}
    return {"args": [*program, *arguments], "env": environment, "text": True}


def printed(module, told, *arguments, **environment):
    """What a contender prints that ends by itself."""
    start = command(module, told, *arguments)
    start["env"] |= environment
    return subprocess.run(
        **start, stdout=subprocess.PIPE, stderr=LOG, check=True
    ).stdout


def answer(line):
    """What a contender prints, as JSON; without it, what it complained of."""
    if not line:
        LOG.seek(0)
        sys.exit(f"a contender failed: {LOG.read().strip().splitlines()[-1]}")
    return json.loads(line)


class Contender:
    """A process that trains for an epoch whenever it is asked to."""

    def __init__(self, stack, module, told, given):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        start = command(module, told, json.dumps(given)) | pipes
        self.process = stack.enter_context(subprocess.Popen(**start, stderr=LOG))
        stack.callback(self.process.kill)

    def epoch(self):
        """-> {"seconds", "megabytes"}"""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return answer(self.process.stdout.readline())


def measure(contenders, given, rounds):
    """Epochs in turn, after one to get warm.  -> {name: (median seconds, megabytes)}"""
    with ExitStack() as stack:
        running = {
            n: Contender(stack, *which, given) for n, which in contenders.items()
        }
        found = {name: [] for name in running}
        turns = [*running] * (1 + rounds)
        for name in tqdm(turns, leave=False, unit="epoch", disable=None):
            found[name].append(running[name].epoch())
    return {
        name: (median(epoch["seconds"] for epoch in all_[1:]), all_[-1]["megabytes"])
        for name, all_ in found.items()
    }


def epochs(rounds=7):
    """The table of all contenders, for each network."""
    best = best_rate()
    contenders = installed(OURS | PEERS)
    for title, given in NETWORKS.items():
        found = measure(contenders, given, rounds)
        ours = found["vae_tf"][0]
        flops = flops_per_epoch(job.settings(given))
        print(f"\n{title:26} s/epoch   ratio   MB at most   GFLOP/s")
        for name, (seconds, megabytes) in found.items():
            print(
                f"{name:26} {seconds:7.2f} {seconds / ours:7.2f} {megabytes:12.0f} "
                f"{flops / seconds / 1e9:9.0f}"
            )
    print(f"best matrix product of 2048 x 2048 float32: {best:.0f} GFLOP/s")


def growth(rounds=3):
    """Seconds per epoch as one number grows."""
    contenders = installed(OURS | JAX)
    for title, settings in GROWTH.items():
        print(f"\n{title:16}" + "".join(f"{name:>15}" for name in contenders))
        for given in settings:
            found = measure(contenders, given, rounds)
            (number,) = given.values()
            number = number[0] if isinstance(number, list) else number
            seconds = (f"{seconds:15.2f}" for seconds, _ in found.values())
            print(f"{number:16}" + "".join(seconds), flush=True)


def cold(rounds=1):
    """Seconds of processes that train ten epochs, test after each, and draw figures.

    One that is called bare only trains.
    """
    whole = {n: PEERS[n] for n in (*JAX, "PyTorch, eager", "Keras fit, jit_compile")}
    tasks = {n: (*which, "{}", "whole") for n, which in installed(whole).items()}
    for name in JAX.keys() & tasks:
        tasks[f"{name}, bare"] = (*JAX[name], "{}", "bare")
    names = ["vae_tf", *tasks] * rounds
    found = {name: [] for name in names}
    for name in tqdm(names, leave=False, unit="run", disable=None):
        start = time.perf_counter()
        ours = name == "vae_tf"
        elbo = train_ours() if ours else json.loads(printed(*tasks[name]))["elbo"]
        found[name].append((time.perf_counter() - start, elbo))
    ours = median(seconds for seconds, _ in found["vae_tf"])
    print("\nten epochs, cold          seconds   ratio   test ELBO")
    for name, results in found.items():
        seconds = median(seconds for seconds, _ in results)
        print(f"{name:26} {seconds:6.1f} {seconds / ours:7.2f} {results[-1][1]:11.2f}")


def train_ours():
    """The whole command, figures included.  -> test ELBO"""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "run")
        arguments = ["--epochs", "10", "--out", str(out), "--quiet"]
        arguments = [sys.executable, "-m", "vae_tf.train", *arguments]
        subprocess.run(arguments, check=True, capture_output=True)
        history = (out / "history.csv").read_text().splitlines()
        columns = dict(zip(history[0].split(","), history[-1].split(","), strict=True))
        return float(columns["test_elbo"])


def start():
    """Seconds to import and to compile, with empty caches and with full ones."""
    print("\nstart          import   compile: first   second")
    for name, which in installed(OURS).items():
        with tempfile.TemporaryDirectory() as folder:
            flags = {f"{n}_FLAGS": f"base_compiledir={folder}" for n in COMPILERS}
            first, second = (
                json.loads(printed("start", which[1], **flags)) for _ in "12"
            )
        print(
            f"{name:15}{second['import']:6.1f} {first['compile']:16.1f} "
            f"{second['compile']:8.1f}",
            flush=True,
        )


def evaluate():
    """log p(x) of some images, beside the matrix products that it takes."""
    print(printed("log_evidence", "vae_tf"), end="")


def best_rate():
    """GFLOP/s of the fastest product here, XLA's or OpenBLAS's."""
    rates = json.loads(printed("products", ""))
    print(", ".join(f"{name}: {rate:.0f} GFLOP/s" for name, rate in rates.items()))
    return max(rates.values())


def flops_per_epoch(s):
    """Multiplications and additions of the matrix products, forward and backward."""
    down, up = [784, *s.hidden], [s.latent_dim, *reversed(s.hidden), 784]
    down += [2 * s.latent_dim]
    forward = sum(a * b for sizes in (down, up) for a, b in pairwise(sizes))
    backward = 2 * forward - down[0] * down[1]  # no gradient of the input
    steps = 60_000 // s.batch_size
    return 2 * (forward + backward) * steps * s.batch_size


def main():
    """Measure what is asked for."""
    sections = {
        section.__name__: section for section in (epochs, cold, start, evaluate, growth)
    }
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__.partition("\n")[0]
    )
    sections_help = f"{', '.join(sections)} (default: epochs)"
    parser.add_argument("sections", metavar="SECTION", nargs="*", help=sections_help)
    rounds_help = "turns of each contender (default: epochs 7, cold 1, growth 3)"
    parser.add_argument("--rounds", metavar="N", type=int, help=rounds_help)
    options = parser.parse_args()
    wanted = options.sections or ["epochs"]
    if unknown := set(wanted) - set(sections):
        parser.error(f"no section {min(unknown)}; choose from {', '.join(sections)}")
    for name, section in sections.items():
        if name in wanted:
            counted = options.rounds and section in (epochs, cold, growth)
            section(*[options.rounds] if counted else [])


if __name__ == "__main__":
    main()
