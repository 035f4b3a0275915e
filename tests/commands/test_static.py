"""Images that are binarized once and for all, from the command line, never mixed."""

import json

import numpy as np
import pytest

from common.commands import train
from common.images import data
from common.runs import Run
from tests.helpers import one_line, succeed
from tests.images.layouts import write_amat
from vae_numpy import VAE

SMALL = ["--hidden", "8", "--latent-dim", "2", "--epochs", "1", "--quiet"]
BITS = "does not suit the images from {}, which are binarized once and for all (static)"
GRAY = (
    "does not suit the images from scikit-learn, which are gray: static takes images "
    "that are binarized already, such as the three .amat files of binarized MNIST"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, digits):
    """Some of the bundled digits, as three .amat files."""
    bits = np.uint8(digits.train_images > 127)
    parts = {"train": bits[:250], "valid": bits[250:300], "test": bits[300:340]}
    return write_amat(tmp_path_factory.mktemp("data") / "bits", parts)


@pytest.fixture(scope="module")
def static(tmp_path_factory, folder):
    """A run on them."""
    out = tmp_path_factory.mktemp("runs") / "static"
    argv = ["--data", str(folder), *SMALL, "--out", str(out)]
    assert train.main("vae_numpy", argv=argv) == 0
    return out


@pytest.fixture(scope="module")
def dynamic(tmp_path_factory, digits):
    """A run on gray digits."""
    out = tmp_path_factory.mktemp("runs") / "dynamic"
    vae = VAE(latent_dim=2, hidden=(8,), epochs=1, binarize="dynamic")
    vae.fit(digits.train_images[:200]).save(out)
    return out


@pytest.mark.slow
def test_a_run_is_static_by_itself(static, folder):
    config = Run(static).read_config()
    assert config.settings.binarize == "static"
    assert config.dataset["training_images"] == 300
    assert config.dataset["sha256"] == data.load(str(folder)).sha256
    pictures = {path.name for path in (static / "figures").iterdir()}
    assert {"reconstructions.png", "latent.png", "manifold.png"} <= pictures


@pytest.mark.slow
def test_commands_do_without_labels(command, static, folder, tmp_path):
    def use(name, *options):
        output = ["--output", tmp_path / name]
        stdout = succeed(command("vae_numpy", name, static, *options, *output))
        assert "note   no labels that are whole numbers: no picture" in stdout
        return stdout

    use("reconstruct")
    with np.load(tmp_path / "reconstruct.npz") as arrays:
        assert set(arrays) == {"images", "input", "reconstruction"}
        assert arrays["images"].tolist() == [*range(10)]
        test_images = data.load(str(folder)).test_images[:10]
        np.testing.assert_array_equal(255 * arrays["input"], test_images)
    use("encode")
    lines = (tmp_path / "encode.csv").read_text().splitlines()
    assert lines[0] == "mu_1,mu_2,logvar_1,logvar_2"
    assert [line.count(",") for line in lines] == [3] * 41
    use("interpolate", "--from", 0, "--to", 39)
    use("explore")
    stdout = use("evaluate", "--samples", 1)
    assert "40 test images of bits, binarization: static\n" in stdout
    assert "no judge of samples: the training images have no labels\n" in stdout
    metrics = json.loads((tmp_path / "evaluate.json").read_text())
    assert metrics["binarization"] == "static"
    assert metrics["samples_judged"] is None
    result = command("vae_numpy", "reconstruct", static, "--per-class", 2)
    line = "error: --per-class: these images have no labels; take --images\n"
    assert (result.returncode, result.stderr) == (2, line)


@pytest.mark.parametrize("name", ["evaluate", "reconstruct", "encode", "explore"])
def test_a_run_takes_no_images_of_another_kind(command, static, dynamic, folder, name):
    result = command("vae_numpy", name, static, "--data", "digits")
    one_line(result, f"{static}: a run with --binarize static {GRAY}")
    result = command("vae_numpy", name, dynamic, "--data", folder)
    one_line(result, f"{dynamic}: a run with --binarize dynamic {BITS.format(folder)}")
    assert not [*dynamic.glob("*.npz")][1:]  # but the checkpoint


def test_static_and_other_runs_decode_the_same_codes(command, static, dynamic):
    for runs in ([static, dynamic], [dynamic, static, "--data", "digits"]):
        succeed(command("vae_numpy", "explore", *runs))
        assert (runs[0] / "explorer.html").exists()


@pytest.mark.parametrize("how", ["dynamic", "threshold", "none", "static"])
def test_how_to_binarize_suits_the_images(command, folder, tmp_path, how):
    data, reason = ("digits", GRAY) if how == "static" else (folder, BITS)
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"binarize": how}))
    words = ["--data", data, "--out", tmp_path / "run"]
    result = command("vae_numpy.train", *words, "--binarize", how)
    one_line(result, f"error: --binarize {how} {reason.format(folder)}")
    result = command("vae_numpy.train", *words, "--config", path)
    one_line(result, f"error: {path}: binarize {how} {reason.format(folder)}")
    assert not (tmp_path / "run").exists()
