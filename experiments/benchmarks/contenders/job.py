"""The job, and how a contender is told to do it; NumPy alone is imported."""

import json
import os
import resource
import sys
import time

import numpy as np

from common import batches
from common.models.vae import Settings

ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}


def settings(changes):
    """The defaults, with changes, for 60,000 images.  dict -> Settings"""
    return Settings(**{"epochs": 10, **changes}).resolved(60_000)


def images():
    """MNIST where MNIST_PATH is set, random pixels of that size elsewhere.

    -> (60,000, 784), (10,000, 784), uint8.  The time does not depend on the pixels.
    """
    path = os.environ.get("MNIST_PATH")
    if not path:
        rng = np.random.default_rng(0)
        return [rng.integers(0, 256, (n, 784), np.uint8) for n in (60_000, 10_000)]
    with np.load(path, allow_pickle=False) as arrays:
        return [arrays[name].reshape(-1, 784) for name in ("x_train", "x_test")]


def epoch_of(s, pixels, epoch):
    """One epoch's pixels and rates.  -> (steps, B, D) uint8, (steps,) float32"""
    steps = len(pixels) // s.batch_size
    rng = np.random.default_rng([s.random_state, epoch])
    order = rng.permutation(len(pixels))[: steps * s.batch_size]
    x = batches.binarize(pixels[order], "dynamic", rng)
    rates = batches.learning_rates(s, steps, epoch)
    return x.reshape(steps, s.batch_size, -1), rates


def test_pixels(pixels):
    """Pixels of the test, always the same.  (N, D) uint8 -> (N, D) float32"""
    rng = np.random.default_rng(0)
    return batches.binarize(pixels, "dynamic", rng).astype(np.float32)


def do(make):
    """Be a contender: `make(settings, pixels)` gives what trains.

    That has `epoch(number)`, which returns when the epoch is done, and
    `test_elbo(pixels)`.  Arguments: the settings that are not the defaults, as JSON;
    and with `cold`, train all epochs, print the test ELBO, and end.  Otherwise each
    line of standard input asks for another epoch, whose seconds are printed.
    """
    changes, *cold = sys.argv[1:]
    s, (train, test) = settings(json.loads(changes)), images()
    trainer = make(s, train)
    if cold:
        for epoch in range(1, s.epochs + 1):
            trainer.epoch(epoch)
        print(json.dumps({"elbo": float(trainer.test_elbo(test_pixels(test)))}))
        return
    for number, _ in enumerate(sys.stdin):
        start = time.perf_counter()
        trainer.epoch(1 + number % s.epochs)
        seconds = time.perf_counter() - start
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "megabytes": megabytes}), flush=True)
