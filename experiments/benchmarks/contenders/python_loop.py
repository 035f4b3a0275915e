"""vae_tf's step as an XLA program of its own, called from a Python loop."""

import numpy as np

from common import batches
from experiments.benchmarks.contenders import job, ours


class Trainer(ours.Trainer):
    """Our network, a step in a call."""

    def epoch(self, number):
        import tensorflow as tf

        one, rate = tf.constant(1), np.full(1, 1e-3, "f4")
        for chunk in batches.chunks(self.pixels, self.s, number):
            for x, eps in zip(chunk["x"], chunk["eps"], strict=True):
                total = self.network._train(x[None], eps[None], rate, one)
        return float(total)


if __name__ == "__main__":
    job.do(Trainer)
