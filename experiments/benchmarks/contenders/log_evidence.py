"""`evaluate --samples 5000` of CONTENDER, on a few images, beside its products."""

import os
import time

from common import packages
from experiments.benchmarks.contenders import job, products

IMAGES, SAMPLES = 400, 5000  # draws enough for all processes to work


def main():
    """Print seconds for 10,000 images, and the ratio to the products alone."""
    package = os.environ["CONTENDER"]
    s, (train, test) = job.settings({}), job.images()
    vae = packages.estimator(package)().initialize(train)
    X = test[:IMAGES]
    vae.log_evidence(X, 100)
    start = time.perf_counter()
    vae.log_evidence(X, SAMPLES)
    seconds = (time.perf_counter() - start) * len(test) / IMAGES
    units = s.hidden[0]
    flops = 2 * (s.latent_dim * units + units * 784) * SAMPLES * len(test)
    rates = [products.rates(), products.rates(1000, units, 784)]
    best = max(rate for table in rates for rate in table.values())
    alone = flops / best / 1e9
    print(
        f"{package:12} {SAMPLES:,} samples of {len(test):,} images: {seconds:.0f} s; "
        f"products alone at {best:.0f} GFLOP/s: {alone:.0f} s; ratio "
        f"{seconds / alone:.2f}"
    )


if __name__ == "__main__":
    main()
