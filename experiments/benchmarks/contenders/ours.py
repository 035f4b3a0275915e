"""A program of ours, as `train` runs it: CONTENDER gives its name."""

import os

from common import batches, loop, packages
from experiments.benchmarks.contenders import job


class Trainer:
    """One of our networks in our loop."""

    def __init__(self, s, pixels):
        self.s, self.pixels = s, pixels
        estimator = packages.estimator(os.environ["CONTENDER"])
        self.network = estimator.Network(s.initial(pixels), s)

    def epoch(self, number):
        if number == 1:
            self.epochs = loop.epochs(self.network, self.pixels, self.s)
        next(self.epochs)

    def test_elbo(self, x):
        test_set = batches.evaluation_set((255 * x).astype("u1"), self.s)
        return loop.evaluate(self.network, test_set)[0]


if __name__ == "__main__":
    job.do(Trainer)
