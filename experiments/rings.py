"""How many modes does a generative adversarial network find?

Trains one on points of the plane whose distribution is known: a ring of eight narrow
normal distributions, and a grid of 25; without and with the gradient penalty R1.
"""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common import files, loop, packages, weights
from common.commands.command_line import Parser, exit_status
from common.settings import COUNT, Range

SAMPLES = 2500  # of which modes are counted
WIDTH = 3  # standard deviations: a sample is good if a center is as near
PENALTIES = 0.0, 0.01  # weights of R1
BATCH, EPOCHS = 100, 20  # points; an epoch shows a twentieth of the training
SHOWN = 1, 2, 5, 10, 20  # epochs whose samples the figure shows
SETTINGS = {"latent_dim": 2, "hidden": (128, 128), "learning_rate": 0.001}
STEPS = Range(int, EPOCHS, 10**6)
PUBLISHED = (
    "a GAN without penalty finds 6.3 +- 0.5 of 8 and 17.3 +- 0.8 of 25\n"
    "in Lin et al. 2018 (PacGAN), with larger networks and longer training"
)


@dataclass(frozen=True, eq=False)
class Mixture:
    """Equally probable normal distributions in the unit square.  Centers: (M, 2)"""

    name: str
    centers: np.ndarray
    deviation: float

    def draw(self, count, rng):
        """Points of it.  -> (count, 2) float32"""
        centers = self.centers[rng.integers(len(self.centers), size=count)]
        noise = self.deviation * rng.standard_normal((count, 2))
        return (centers + noise).astype(np.float32)

    def modes(self, points):
        """Modes with a good sample, and the share of these.  (N, 2) -> int, float"""
        apart = np.linalg.norm(points[:, None] - self.centers, axis=2)
        good = apart.min(axis=1) <= WIDTH * self.deviation
        return len(np.unique(apart.argmin(axis=1)[good])), float(good.mean())


def scaled(name, centers, deviation):
    """A mixture around 0, moved and scaled into the unit square with a margin."""
    size = 2.6 * np.abs(centers).max()
    return Mixture(name, 0.5 + centers / size, deviation / size)


_angles = 2 * np.pi * np.arange(8) / 8
_ticks = np.arange(-4, 5, 2)
RING = scaled("ring", np.column_stack([np.cos(_angles), np.sin(_angles)]), 0.01)
GRID = scaled("grid", np.array([(x, y) for x in _ticks for y in _ticks]), 0.05)


def main(package, argv=None):
    """Run `python -m PACKAGE.rings` -> exit status."""
    parser = Parser(prog=f"python -m {package}.rings", description=__doc__)
    add, out = parser.add_argument, Path(f"runs/{package}/rings")
    seeds = "runs of each mixture with each penalty (default: 10)"
    steps = "steps of each player, rounded to a multiple of 20 (default: 20,000)"
    folder = "folder for rings.png and rings.csv (default: %(default)s)"
    add("--seeds", metavar="N", type=COUNT, default=10, help=seeds)
    add("--steps", metavar="N", type=STEPS, default=20_000, help=steps)
    add("--out", metavar="DIR", type=files.path, default=out, help=folder)
    return exit_status(rings, package, parser.parse_args(argv))


def rings(package, options):
    """Train, count, print and plot -> exit status 0."""
    from common.figures import style

    options.out.mkdir(parents=True, exist_ok=True)
    print(f"{SAMPLES:,} samples; mean +- standard error over seeds\n")
    print("mixture  penalty  modes found          good samples", flush=True)
    lines, pictures, networks = ["mixture,penalty,seed,modes,good"], {}, {}
    for penalty, mixture in product(PENALTIES, (RING, GRID)):
        counts = []
        for seed in tqdm(range(options.seeds), leave=False, disable=None):
            settings = settings_of(package, penalty, seed, options.steps)
            network = start(package, settings, networks.get(penalty))
            networks[penalty] = network
            samples = play(network, mixture, settings, options.steps)
            modes, good = mixture.modes(samples[EPOCHS])
            counts.append((modes, good))
            lines.append(f"{mixture.name},{penalty:g},{seed},{modes},{good:.4f}")
            pictures.setdefault((mixture, penalty), samples)
        _print(mixture, penalty, np.array(counts))
    files.write(options.out / "rings.csv", "\n".join([*lines, ""]).encode())
    with style():
        files.write_figure(options.out / "rings.png", figure(pictures, options.steps))
    print(f"\n{PUBLISHED}\n\nfiles: rings.png, rings.csv in {options.out}")
    return 0


def settings_of(package, penalty, seed, steps):
    """The Settings of one run."""
    training = {"epochs": EPOCHS, "batch_size": BATCH, "random_state": seed}
    model = packages.model_of(package)(**SETTINGS, **training, penalty=penalty)
    return model.resolved(steps // EPOCHS * BATCH)


def start(package, settings, network=None):
    """A network with the weights that a run starts from; one that is given is reused.

    It is compiled once, then takes each seed's weights.
    """
    initial = weights.initial(settings.shapes(2), settings, {})
    fresh = packages.estimator(package).Network(initial, settings)
    network = network or fresh
    network.load_state(fresh.state())
    return network


def play(network, mixture, settings, steps):
    """Train -> samples at first and after some epochs.  {epoch: (N, 2)}"""
    rng = np.random.default_rng([settings.random_state, steps])
    z = rng.standard_normal((SAMPLES, settings.latent_dim), np.float32)
    points = 255 * mixture.draw(steps // EPOCHS * BATCH, rng)  # as pixels are given
    samples = {0: network.decode(z)}
    for epoch in loop.epochs(network, points, settings):
        if epoch.number in SHOWN:
            samples[epoch.number] = network.decode(z)
    return samples


def _print(mixture, penalty, counts):
    modes, good = counts.T
    text = f"{modes.mean():.1f}"
    if len(modes) > 1:
        text += f" +- {modes.std(ddof=1) / np.sqrt(len(modes)):.1f}"
    text += f" of {len(mixture.centers)}"
    print(f"{mixture.name:7}  {penalty:7g}  {text:19}  {good.mean():12.1%}", flush=True)


def figure(pictures, steps):
    """Samples as training goes on, a row for each mixture and penalty.

    {(Mixture, penalty): {epoch: (N, 2)}}
    """
    from matplotlib.figure import Figure

    from common.figures import BLUE, ORANGE

    size = 1.7 * (len(SHOWN) + 1), 1.9 * len(pictures)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(pictures), len(SHOWN) + 1, squeeze=False)
    for line, ((mixture, penalty), samples) in zip(grid, pictures.items(), strict=True):
        for axes, (epoch, points) in zip(line, samples.items(), strict=True):
            axes.scatter(*mixture.centers.T, s=60, color=ORANGE, alpha=0.35, lw=0)
            axes.scatter(*points.T, s=1, color=BLUE, alpha=0.3, lw=0)
            axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], aspect="equal")
            axes.set_title(f"{epoch * (steps // EPOCHS):,} steps", fontsize="small")
        line[0].set_ylabel(f"{mixture.name}, penalty {penalty:g}")
    figure.suptitle("Samples (blue) and modes (orange) as training goes on")
    return figure
