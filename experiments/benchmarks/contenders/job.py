"""The job, and how a contender is told to do it; NumPy alone is imported."""

import io
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


def draw(trainer, elbos, x):
    """The figures that `train` draws: curve, reconstructions, codes, samples."""
    from matplotlib.figure import Figure

    mu = np.asarray(trainer.encode(x))
    z = np.random.default_rng(0).standard_normal((100, mu.shape[1]), np.float32)
    pairs = [x[:10], np.asarray(trainer.decode(mu[:10]))]
    curve, codes, *pictures = figures = [Figure((8, 8)) for _ in range(4)]
    curve.subplots().plot(elbos)
    codes.subplots().scatter(*np.linalg.svd(mu - mu.mean(0), False)[0].T[:2], s=2)
    for figure, rows in zip(pictures, (pairs, trainer.decode(z)), strict=True):
        grid = np.reshape(rows, (-1, 10, 28, 28)).swapaxes(1, 2).reshape(-1, 280)
        figure.subplots().imshow(grid, cmap="gray_r")
    for figure in figures:
        figure.savefig(io.BytesIO())


def do(make):
    """Be a contender: `make(settings, pixels)` gives what trains.

    That has `epoch(number)`, which returns when the epoch is done, `test_elbo(pixels)`,
    and for the figures `encode(pixels)` and `decode(z)`.  Arguments: the settings that
    are not the defaults, as JSON; then `bare`: train all epochs, print the test ELBO,
    and end; or `whole`: test after each epoch, too, and draw figures.  Otherwise each
    line of standard input asks for another epoch, whose seconds are printed.
    """
    changes, *task = sys.argv[1:]
    s, (train, test) = settings(json.loads(changes)), images()
    if task:
        trainer, x, elbos = make(s, train), test_pixels(test), []
        for epoch in range(1, s.epochs + 1):
            trainer.epoch(epoch)
            if task == ["whole"] or epoch == s.epochs:
                elbos.append(float(trainer.test_elbo(x)))
        if task == ["whole"]:
            draw(trainer, elbos, x)
        print(json.dumps({"elbo": elbos[-1]}))
        return
    trainer = make(s, train)
    for number, _ in enumerate(sys.stdin):
        start = time.perf_counter()
        trainer.epoch(1 + number % s.epochs)
        seconds = time.perf_counter() - start
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "megabytes": megabytes}), flush=True)
