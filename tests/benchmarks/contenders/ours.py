"""A program of ours, as `train` runs it: CONTENDER gives its name."""

import os
import threading

from common import batches, loop, packages
from common.models.vae import MODEL
from common.runs import Position
from tests.benchmarks.contenders import job


class Trainer:
    """One of our networks in our loop."""

    def __init__(self, s, pixels):
        self.s, self.pixels = s, pixels
        estimator = packages.estimator(os.environ["CONTENDER"])
        initial = MODEL.initial(s, pixels)
        self.network = estimator.Network(initial, s.activation)

    def epoch(self, number):
        position = Position(number - 1)
        loop.train_epoch(
            self.network, self.pixels, self.s, position, threading.Event(), True
        )

    def test_elbo(self, x):
        test_set = batches.evaluation_set((255 * x).astype("u1"), self.s)
        return loop.evaluate(self.network, test_set)[0]


if __name__ == "__main__":
    job.do(Trainer)
