"""Judge samples of the default GAN beside a VAE whose decoder has the same layers.

Both networks train for 30 epochs.  The VAE decodes codes from the prior, and codes from
a mixture of Gaussians that is fitted to the codes of training images.  A run that
exists is resumed.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.mixture import GaussianMixture

sys.path.insert(0, str(Path(__file__).parent.parent))
from common import judge, packages
from common.commands import command_line, train
from common.images import data

FOLDER = Path("runs", "samples")
OPTIONS = {"gan_tf": "", "vae_tf": "--hidden 512 256 --latent-dim 32"}
EPOCHS, CODES, GAUSSIANS = 30, 20_000, 50
ROW = "{:26} recognized {:5.1%}   distance {:5.2f}   {:5.1f} times the training images'"


def trained(package, source):
    """The estimator of a package, trained or resumed.  UserError for a mistake."""
    out = FOLDER / package
    words = ["--data", source, "--epochs", str(EPOCHS), "--out", str(out)]
    words = ["--resume", str(out)] if out.exists() else OPTIONS[package].split() + words
    train.train(package, train.make_parser(package).parse_args(words))
    return packages.estimator(package).load(out)


def fitted_prior(vae, images):
    """Codes from a mixture of Gaussians, fitted to draws of q(z|x).  -> (S, Z)"""
    rng = np.random.default_rng(0)
    q = vae.encode(images[rng.permutation(len(images))[:CODES]])
    z = q["mu"] + np.exp(0.5 * q["logvar"]) * rng.standard_normal(q["mu"].shape)
    mixture = GaussianMixture(GAUSSIANS, reg_covar=0.01, random_state=0).fit(z)
    return rng.permutation(mixture.sample(judge.SAMPLES)[0]).astype(np.float32)


def measure(options):
    """Print a row for each kind of image -> exit status 0.  UserError for a mistake."""
    gan, vae = (trained(package, options.data) for package in OPTIONS)
    dataset = data.load(options.data)
    referee = judge.of(dataset)
    codes = fitted_prior(vae, dataset.train_images)
    rows = {
        "training images": referee.real_images,
        "GAN": referee.scores_of(gan),
        "VAE, codes from the prior": referee.scores_of(vae),
        "VAE, codes from a mixture": referee.scores(vae.inverse_transform(codes)),
    }
    floor = referee.real_images.distance
    for name, scores in rows.items():
        print(ROW.format(name, scores.sure, scores.distance, scores.distance / floor))
    return 0


if __name__ == "__main__":
    parser = command_line.Parser(description=__doc__)
    parser.add_argument("--data", default="mnist", help=command_line.DATA)
    sys.exit(command_line.exit_status(measure, parser.parse_args()))
