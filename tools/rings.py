"""How many modes does a generative adversarial network find?

Trains one on points of the plane whose distribution is known: a ring of eight narrow
normal distributions, and a grid of 25; without and with the gradient penalty R1.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common import batches, files, packages, weights
from common.commands.command_line import COUNT, Parser, answer
from common.settings import ARRAY, Settings

SAMPLES = 2500  # of which modes are counted
WIDTH = 3  # standard deviations: a sample is good if a centre is as near
PENALTIES = 0.0, 0.1  # weights of R1, in the units of these small distances
SHOWN = 7  # moments of a training that the figure shows
PUBLISHED = (
    "a GAN without penalty finds 6.3 +- 0.5 of 8 and 17.3 +- 0.8 of 25\n"
    "in Lin et al. 2018 (PacGAN), with larger networks and longer training"
)


@dataclass(frozen=True)
class Mixture:
    """Equally probable normal distributions in the plane.  Centres: (M, 2)"""

    name: str
    centres: np.ndarray
    deviation: float

    def draw(self, shape, rng):
        """Points of it.  -> (*shape, 2) float32"""
        centres = self.centres[rng.integers(len(self.centres), size=shape)]
        noise = self.deviation * rng.standard_normal((*shape, 2))
        return (centres + noise).astype(np.float32)

    def count(self, points):
        """Modes with a good sample, and the share of these.  (N, 2) -> int, float"""
        apart = np.linalg.norm(points[:, None] - self.centres, axis=2)
        good = apart.min(axis=1) <= WIDTH * self.deviation
        return len(np.unique(apart.argmin(axis=1)[good])), float(good.mean())


_angles = 2 * np.pi * np.arange(8) / 8
_ticks = np.arange(-4, 5, 2)
RING = Mixture("ring", np.column_stack([np.cos(_angles), np.sin(_angles)]), 0.01)
GRID = Mixture("grid", np.array([(x, y) for x in _ticks for y in _ticks]), 0.05)


def main(package, argv=None):
    """Run `python -m PACKAGE.rings` -> exit status."""
    program = f"python -m {package}.rings"
    parser = Parser(prog=program, description=f"`{program}`: {__doc__}")
    parser.set_defaults(package=package)
    add = parser.add_argument
    add(
        "--seeds",
        metavar="N",
        type=COUNT,
        default=10,
        help="runs of each (default: 10)",
    )
    add(
        "--steps",
        metavar="N",
        type=COUNT,
        default=20_000,
        help="of each player in a run (default: 20,000)",
    )
    add(
        "--out",
        metavar="DIR",
        type=files.path,
        default=Path(f"runs/{package}/rings"),
        help="folder for rings.png and rings.csv (default: %(default)s)",
    )
    return answer(rings, parser.parse_args(argv))


def rings(options):
    """Train, count, print and draw -> exit status 0."""
    options.out.mkdir(parents=True, exist_ok=True)
    print(f"{SAMPLES:,} samples; mean +- standard error over seeds\n")
    print("mixture  penalty  modes found          good samples", flush=True)
    lines, moments = ["mixture,penalty,seed,modes,good"], {}
    about = packages.model_of(options.package)
    for penalty in PENALTIES:
        settings = make_settings(about, penalty)
        network = make_network(options.package, settings)
        fresh = network.state()
        for mixture in (RING, GRID):
            found = []
            for seed in tqdm(range(options.seeds), leave=False, disable=None):
                network.load_state(fresh | _initial(replace(settings, seed=seed)))
                seen = play(
                    network, mixture, replace(settings, seed=seed), options.steps
                )
                found.append(mixture.count(seen[max(seen)]))
                modes, good = found[-1]
                lines.append(f"{mixture.name},{penalty:g},{seed},{modes},{good:.4f}")
                if seed == 0:
                    moments[mixture.name, penalty] = seen
            _print(mixture, penalty, np.array(found))
    files.write(options.out / "rings.csv", "\n".join([*lines, ""]).encode())
    _draw(options.out / "rings.png", moments)
    print(f"\n{PUBLISHED}\n\nfiles: rings.png, rings.csv in {options.out}")
    return 0


def play(network, mixture, settings, steps):
    """Train on fresh points -> samples after so many steps.  {int: (N, 2)}"""
    rng = np.random.default_rng([settings.seed, steps])
    z = rng.standard_normal((SAMPLES, settings.latent_dim), np.float32)
    rates = batches.learning_rates(settings, steps, 1)
    shown = np.rint(steps * np.linspace(0, 1, SHOWN) ** 2 / batches.CHUNK)
    shown = {min(steps, int(chunk) * batches.CHUNK) for chunk in shown} | {steps}
    seen = {0: network.decode(z)}
    for start in range(0, steps, batches.CHUNK):
        part = rates[start : start + batches.CHUNK]
        shape = len(part), settings.batch_size
        noise = settings.about.noise(shape, settings, rng)
        x = mixture.draw(shape, rng)
        network.train(x=x, **noise, learning_rates=part)
        if start + len(part) in shown:
            seen[start + len(part)] = network.decode(z)
    return seen


def make_settings(about, penalty):
    """Those of every run here, but for the seed -> Settings"""
    return Settings(
        model=about.name,
        data=ARRAY,
        epochs=1,
        batch_size=100,
        hidden=(128, 128),
        latent_dim=2,
        activation=about.defaults["activation"],
        learning_rate=0.001,
        binarize="none",
        seed=0,
        options={"penalty": penalty},
    )


def make_network(package, settings):
    """A network of real numbers instead of pixels: its output is linear."""
    network = packages.estimator(package).Network
    options = settings.options | {"output": "linear"}
    return network(_initial(settings), settings.activation, **options)


def _initial(settings):
    return weights.initial(settings.about.shapes(settings, 2), settings, {})


def _print(mixture, penalty, found):
    modes, good = found.T
    text = f"{modes.mean():.1f}"
    if len(modes) > 1:
        text += f" +- {modes.std(ddof=1) / np.sqrt(len(modes)):.1f}"
    text += f" of {len(mixture.centres)}"
    print(f"{mixture.name:7}  {penalty:7g}  {text:19}  {good.mean():12.1%}", flush=True)


def _draw(path, moments):
    centres = {mixture.name: mixture.centres for mixture in (RING, GRID)}
    files.write_figure(path, figure(moments, centres))


def figure(moments, centres):
    """Samples as training goes on, a row for each mixture and penalty.

    {(name, penalty): {steps: (N, 2)}}; centres of the modes: {name: (M, 2)}.
    """
    rows, columns = len(moments), max(map(len, moments.values()))
    from matplotlib.figure import Figure

    from common.figures import BLUE, ORANGE

    picture = Figure(figsize=(1.7 * columns, 1.9 * rows), layout="constrained")
    grid = picture.subplots(rows, columns, squeeze=False)
    for line, ((name, penalty), seen) in zip(grid, moments.items(), strict=True):
        reach = 1.3 * np.abs(centres[name]).max()
        for axes, (steps, points) in zip(line, seen.items(), strict=False):
            axes.scatter(*centres[name].T, s=60, color=ORANGE, alpha=0.35, linewidths=0)
            axes.scatter(*points.T, s=1, color=BLUE, alpha=0.3, linewidths=0)
            axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[])
            axes.set_title(f"{steps:,} steps", fontsize="small")
            axes.set_aspect("equal")
        line[0].set_ylabel(f"{name}, penalty {penalty:g}")
    picture.suptitle("Samples (blue) and modes (orange) as training goes on")
    return picture
