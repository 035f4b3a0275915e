"""`make pretrained`: keep a trained run's weights in pretrained/, small enough for git.

float16, without Adam's moments: a tenth of the checkpoint.
"""

import sys
from pathlib import Path

from common import files, packages, runs
from common.commands.command_line import Parser, exit_status

PARSER = Parser(prog="python -m tools.pretrained", description=__doc__.splitlines()[0])
PARSER.add_argument("run", metavar="RUN", help="folder of a run on MNIST")


def main(argv=None):
    """Write pretrained/MODEL/ -> exit status."""
    return exit_status(_keep, PARSER.parse_args(argv))


def _keep(options):
    run = runs.Run(Path(options.run))
    config = run.read_config()
    estimator = packages.estimator(config.package).load(run.path)
    kept = runs.Run(packages.ROOT / "pretrained" / estimator.name)
    kept.path.mkdir(parents=True, exist_ok=True)
    config.dataset["source"] = config.dataset["name"]  # not a path of this machine
    config.write(kept.config_path)
    keep_weights(kept, estimator)
    print(f"{kept.weights_path}: {kept.weights_path.stat().st_size / 1e6:.2f} MB")
    return 0


def keep_weights(run, estimator):
    """Write weights.npz: no moments of Adam's, in float16."""
    state = estimator.state().items()
    weights = {n: a.astype("f2") for n, a in state if not n.startswith("adam_")}
    files.write_arrays(run.weights_path, **weights, epoch=estimator.n_iter_)


if __name__ == "__main__":
    sys.exit(main())
