"""Train the VAE with K = 50, 5 and 1 draws of z on a GPU, and estimate log p(x).

ROWS gives the order.  A run that exists is resumed.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from common import files
from common.commands import command_line, train
from common.images import data
from tools import use

FOLDER = Path("runs", "gpu")
PACKAGE = "vae_jax"
DEEP = "--hidden 200 200 --latent-dim 50 --activation tanh --learning-rate 0.0015"
EPOCHS = {50: 1500, 5: 1200, 1: 1500}  # of each K
ROWS = [  # training images (50,000 as the Exemplar VAE), seed, gradient
    *[(60_000, 0, "path"), (60_000, 0, "total"), (50_000, 0, "path")],
    *[(60_000, 1, "path"), (60_000, 2, "path")],
]


def first(images):
    """What `--data` takes for so many training images."""
    if images == 60_000:
        return "mnist"
    path, mnist = FOLDER / f"first{images}.npz", data.load("mnist")
    arrays = {"x_test": mnist.test_images, "y_test": mnist.test_labels}
    arrays |= {"x_train": mnist.train_images[:images]}
    arrays |= {"y_train": mnist.train_labels[:images]}
    for name in ("x_train", "x_test"):
        arrays[name] = arrays[name].reshape(-1, 28, 28)
    files.write_arrays(path, **arrays)
    return str(path)


def main():
    """Every row -> exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for images, seed, gradient in ROWS:
        for draws, epochs in EPOCHS.items():
            out = FOLDER / f"k{draws}-{gradient}-{images}-seed{seed}"
            given = {"data": first(images), "seed": seed, "gradient": gradient}
            given |= {"importance-samples": draws, "epochs": epochs, "out": out}
            words = [text for n, v in given.items() for text in (f"--{n}", str(v))]
            resume = ["--resume", str(out)] if out.exists() else DEEP.split() + words
            measure = ["evaluate", str(out), "--samples", "5000"]
            status = train.main(PACKAGE, [*resume, "--device", "gpu"])
            status = status or use.main(PACKAGE, [*measure, "--judge", "0"])
            if status:
                return status
    return 0


if __name__ == "__main__":
    sys.exit(command_line.exit_status(main))
