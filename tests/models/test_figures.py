"""The figures of a run, of every model that encodes."""

import numpy as np
import pytest
from PIL import Image

from common import models, packages
from common.files import write_figure
from tests.conftest import packages_of

NATS, ERROR = "nats per image", "mean squared error per pixel"
LINES = {  # of each panel of the curves: its unit, and how many
    "autoencoder": [(NATS, 2), (ERROR, 1)],
    "vae": [(NATS, 2), (NATS, 1), (NATS, 1)],
}


@pytest.fixture(scope="module", params=LINES)
def figures(request, digits):
    model = packages.estimator(packages_of(request.param)[0])(2, hidden=(5,))
    model.initialize(digits.train_images)
    columns = model.columns()
    history = [dict.fromkeys(columns, float(e)) | {"epoch": e} for e in (1, 2, 3)]
    return model, models.part(model.name, "figures").of_run(model, digits, history)


def test_curves_show_the_history(figures):
    model, of_run = figures
    axes = of_run["curves.png"].axes
    assert [(a.get_ylabel(), len(a.lines)) for a in axes] == LINES[model.name]
    for panel in axes:
        assert panel.get_xlabel() == "epoch"
        for line in panel.lines:
            np.testing.assert_array_equal(line.get_data(), [[1, 2, 3]] * 2)


def test_saved_as_png_of_the_right_size(tmp_path, figures):
    _, of_run = figures
    write_figure(tmp_path / "curves.png", of_run["curves.png"])
    with Image.open(tmp_path / "curves.png") as image:
        pixels = np.array(image.convert("L"))
    assert pixels.shape == (3.6 * 150, 11 * 150)
    assert 0.02 < (pixels < 0.9 * 255).mean() < 0.5  # neither blank nor black
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]
