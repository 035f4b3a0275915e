"""How much does the encoder's gradient vary with the draws of z?

`python experiments/path_gradient.py` computes the gradient of one batch of test images
many times, each time with other draws: the total gradient, and the path gradient.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from common.commands import command_line
from common.images import data
from common.settings import COUNT
from vae_numpy import VAE, bound, gradient


def variance(network, settings, x, repetitions):
    """Summed over the encoder's parameters.  (B, D) -> ()"""
    slopes = {n: np.empty_like(p) for n, p in network.parameters.items()}
    encoder = [slopes[n] for n in slopes if not n.startswith(bound.DECODER)]
    sums, squares = [np.zeros(slope.shape) for slope in encoder], 0.0
    rng, function = np.random.default_rng(0), gradient.of(settings)
    for _ in range(repetitions):
        eps = settings.noise((1, len(x)), rng)["eps"][0]
        function(network.parameters, slopes, x, eps, network.activation)
        for total, slope in zip(sums, encoder, strict=True):
            total += slope
            squares += np.sum(np.square(slope, dtype=np.float64))
    of_mean = sum(np.sum(np.square(total / repetitions)) for total in sums)
    return (squares - repetitions * of_mean) / (repetitions - 1)


def measure(options):
    """Print a row for each K -> exit status 0.  UserError for a mistake."""
    vae, dataset = VAE.load(options.run), data.load(options.data)
    x = vae.seen(dataset.test_images[:128]).astype(np.float32)
    print("  K  variance: total          path  path / total")
    for K in (1, 5, 50):
        settings = replace(vae.settings_, importance_samples=K)
        both = [replace(settings, gradient=name) for name in ("total", "path")]
        total, path = (variance(vae.network, s, x, options.repetitions) for s in both)
        print(f"{K:3} {total:16.5g} {path:13.5g} {path / total:13.3f}", flush=True)
    return 0


if __name__ == "__main__":
    parser = command_line.Parser(description=__doc__)
    add = parser.add_argument
    add("run", nargs="?", default="pretrained", help="its folder")
    add("--data", metavar="SOURCE", default="mnist", help=command_line.DATA)
    add("--repetitions", metavar="N", type=COUNT, default=200, help="(default: 200)")
    sys.exit(command_line.exit_status(measure, parser.parse_args()))
