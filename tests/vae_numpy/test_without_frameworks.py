"""vae_numpy where no framework is installed; the workflows try it on three Pythons."""

import pytest

from tests.helpers import one_line, programs, succeed


def without_frameworks(folder, *lines):
    return programs(folder, *lines, without="tensorflow keras theano")


@pytest.mark.parametrize("package", ["vae_tf", "vae_theano"])
def test_a_missing_framework_gets_one_line(package, tmp_path):
    result = without_frameworks(tmp_path, f"{package}.train --data digits --quiet")
    framework = {"vae_tf": "tensorflow", "vae_theano": "theano"}[package]
    one_line(result, f"error: {framework} could not be imported (")


def test_all_of_it_runs_without_a_framework(tmp_path):
    result = without_frameworks(
        tmp_path,
        "vae_numpy.train --data digits --epochs 2 --hidden 16 --out run",
        "vae_numpy reconstruct run --images 0 1",
        "vae_numpy encode run",
        "vae_numpy sample run --count 4",
        "vae_numpy interpolate run --from 3 --to 17",
        "vae_numpy evaluate run --samples 3",
        "vae_numpy.train --resume run --epochs 3",
    )
    assert succeed(result).count("test ELBO") > 2
    assert (tmp_path / "run" / "figures" / "samples.png").exists()
