"""How long a program of ours takes to import and to compile: CONTENDER names it."""

import json
import os
import time

import numpy as np

from common import packages
from experiments.benchmarks.contenders import job

if __name__ == "__main__":
    s, (pixels, _) = job.settings({}), job.images()
    times = [time.perf_counter()]
    estimator = packages.estimator(os.environ["CONTENDER"])
    times.append(time.perf_counter())
    network = estimator.Network(s.initial(pixels), s)
    chunk = {"x": pixels[: s.batch_size][None] > 127}
    chunk |= s.noise((1, s.batch_size), np.random.default_rng(0))
    network.train(**chunk, learning_rates=np.zeros(1, np.float32))
    times.append(time.perf_counter())
    print(json.dumps(dict(zip(("import", "compile"), np.diff(times), strict=True))))
