"""The log evidence, log p(x), by importance sampling."""

import joblib
import numpy as np
from scipy.special import logsumexp
from tqdm import tqdm

from common import batches, loop

DRAWS = 1000  # for one image in one call, whose decoded pixels fit in the cache
IMAGES = 20  # in one call
CALLS = 25  # that another process takes at a time
LARGE = 2_000_000  # draws in all from which other processes are worth their start
PROCESSES = 4  # at most


def estimate(vae, pixels, samples, progress=False):
    """log p(x) by importance sampling, in nats.  (N, D) uint8 -> (N,) float64

    Burda et al. 2016, eq. 8: the log of the mean of p(x, z) / q(z|x) over draws of z
    from q(z|x).  Summed in float64, some draws of some images at a time, so that memory
    grows with neither.  An image's draws are seeded by its pixels.
    """
    few = len(pixels) * samples < LARGE
    cores = joblib.cpu_count()
    workers = {  # threads draw noise while others compute
        "threads": max(2, cores // 2),
        "processes": 1 if few else min(PROCESSES, cores),
        None: 1,
    }
    parallel = vae.network.parallel
    run = joblib.Parallel(
        workers[parallel],
        prefer=parallel,
        batch_size=CALLS if parallel == "processes" else 1,
        pre_dispatch="all",
        return_as="generator",
    )
    parts = batches.split(pixels, IMAGES)
    results = run(joblib.delayed(_of_a_call)(vae, part, samples) for part in parts)
    log_evidence, disabled = [], loop.bar_disabled(progress)
    with tqdm(total=len(pixels), unit="image", disable=disabled) as bar:
        for result in results:
            log_evidence.append(result)
            bar.update(len(result))
    return np.concatenate(log_evidence)


@np.errstate(invalid="ignore")  # of weights that are far too large
def _of_a_call(vae, images, samples):
    """log p(x) of a few images.  (N, D) -> (N,)"""
    x = batches.evaluation_set(images, vae.settings_)["x"]
    generators = [batches.generator_of(image) for image in images]
    total = np.full(len(x), -np.inf)
    for start in range(0, samples, DRAWS):
        shape = min(DRAWS, samples - start), vae.settings_.latent_dim
        eps = np.stack([rng.standard_normal(shape, np.float32) for rng in generators])
        log_w = vae.network.log_weights(x, eps).astype(np.float64)
        total = np.logaddexp(total, logsumexp(log_w, axis=1))
    return total - np.log(samples)
