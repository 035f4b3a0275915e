"""Figures are complete: written, of the right size, with the images in their places."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy.spatial.distance import pdist
from scipy.stats import norm

from common import figures
from tests.helpers import succeed


def images(figure):
    return [image.get_array() for axes in figure.axes for image in axes.images]


def test_reconstructions_are_below_their_inputs(rng):
    x, reconstructed = rng.random((2, 4, 784))
    figure = figures.reconstructions(x, reconstructed, [7, 8, 9, 5], "z")
    assert [axes.get_title() for axes in figure.axes[:4]] == ["7", "8", "9", "5"]
    for shown, expected in zip(images(figure), [*x, *reconstructed], strict=True):
        np.testing.assert_array_equal(shown, expected.reshape(28, 28))


def test_without_labels_nothing_is_named(rng, digits):
    x = rng.random((3, 784))
    figure = figures.reconstructions(x, x, None, "z")
    assert len(images(figure)) == 6
    assert [axes.get_title() for axes in figure.axes] == [""] * 6
    first, *_, last = figures.interpolation(x, x[:2]).axes
    assert first.get_title() == last.get_title() == "input"
    codes = rng.standard_normal((30, 2))
    (axes,) = figures.latent(codes, None, "codes").axes
    assert "class" not in axes.get_title()
    assert len(axes.texts) == 0
    points = axes.collections[0]
    assert len(np.unique(points.get_facecolors(), axis=0)) == 1
    np.testing.assert_allclose(sorted(points.get_offsets()[:, 0]), sorted(codes[:, 0]))
    unknown = replace(digits, test_labels=None)
    assert figures.examples(unknown).tolist() == [*range(10)]
    few = replace(unknown, test_images=digits.test_images[:3])
    assert figures.examples(few).tolist() == [0, 1, 2]
    two = digits.test_labels[figures.examples(digits, 2)]
    assert two.tolist() == np.repeat(range(10), 2).tolist()


def test_samples_fill_a_square_row_by_row(rng):
    decoded = rng.random((9, 784))
    (mosaic,) = images(figures.samples(("title", decoded)))
    for i, image in enumerate(decoded):
        row, column = divmod(i, 3)
        shown = mosaic[28 * row : 28 * row + 28, 28 * column : 28 * column + 28]
        np.testing.assert_array_equal(shown, image.reshape(28, 28))


def test_two_latent_variables_are_drawn_as_they_are(rng):
    mu, labels = rng.standard_normal((30, 2)), np.repeat([0, 1, 2], 10)
    (axes,) = figures.latent(mu, labels, "codes").axes
    points = axes.collections[0].get_offsets()
    np.testing.assert_allclose(sorted(map(tuple, points)), sorted(map(tuple, mu)))
    assert [text.get_text() for text in axes.texts] == ["0", "1", "2"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$z_1$", "$z_2$")


def test_codes_that_are_all_the_same_can_be_drawn():
    (axes,) = figures.latent(np.zeros((30, 5)), np.repeat([0, 1], 15), "codes").axes
    assert axes.collections[0].get_offsets().shape == (30, 2)


def test_more_latent_variables_are_drawn_on_principal_axes(rng, bounded):
    mu = rng.standard_normal((500, 4)) * [0.1, 5, 1, 0.1]
    (axes,) = figures.latent(mu, np.zeros(500, int), "codes").axes
    points = axes.collections[0].get_offsets()
    errors = (points.std(axis=0) / [5, 1] - 1) * np.sqrt(2 * 500)
    bounded("errors", abs(errors).max(), high=5)  # 1.1 +- 0.5
    assert axes.get_xlabel().startswith("principal axis 1 (9")


def test_a_label_stands_in_its_cloud_not_beside_it(rng, bounded):
    """Twenty strays that lie alone are purer than a cloud with guests."""
    cloud = rng.standard_normal((500, 2))
    strays = [20, 0] + 0.1 * rng.standard_normal((20, 2))
    labels = np.where(np.arange(520) % 4, 3, 7)  # one in four is a guest
    labels[500:] = 3
    (axes,) = figures.latent(np.concatenate([cloud, strays]), labels, "codes").axes
    (place,) = (text.xy for text in axes.texts if text.get_text() == "3")
    bounded("distance", np.linalg.norm(place), high=0.5)  # 0.11 +- 0.06


def test_no_label_covers_another(rng, bounded):
    labels = np.arange(2000) % 10
    codes = 0.3 * rng.standard_normal((10, 2))[labels] + rng.standard_normal((2000, 2))
    figure = figures.latent(codes, labels, "codes")
    figure.set_size_inches(6, 5.6)
    figure.draw(FigureCanvasAgg(figure).get_renderer())
    boxes = [t.get_bbox_patch().get_window_extent() for t in figure.axes[0].texts]
    centers = np.array([(box.x0 + box.x1, box.y0 + box.y1) for box in boxes]) / 2
    widths = pdist(centers).min() / max(box.width for box in boxes)
    bounded("widths", widths, low=1)  # 1.51 +- 0.06


@pytest.mark.parametrize("classes", [1, 10, 62])
def test_any_number_of_classes(rng, classes):
    labels = np.arange(200) % classes
    (axes,) = figures.latent(rng.standard_normal((200, 1)), labels, "codes").axes
    assert len(np.unique(axes.collections[0].get_facecolors(), axis=0)) == classes
    assert len(axes.texts) == classes


def test_manifold_grid_has_equal_steps_of_prior_probability():
    grid, ticks = figures.manifold_grid(4)
    np.testing.assert_allclose(norm.cdf(ticks), [1 / 8, 3 / 8, 5 / 8, 7 / 8], rtol=1e-5)
    assert grid.shape == (16, 2)
    np.testing.assert_allclose(grid[0], [ticks[0], ticks[-1]])  # top left
    np.testing.assert_allclose(grid[-1], [ticks[-1], ticks[0]])  # bottom right


def test_manifold_labels_its_axes_with_z(rng):
    _, ticks = figures.manifold_grid(21)
    axes = figures.manifold(rng.random((441, 784)), ticks).axes[0]
    shown = [f"${tick:.2f}$" for tick in ticks[::5]]
    assert shown[2] == "$0.00$"
    assert [label.get_text() for label in axes.get_xticklabels()] == shown
    assert [label.get_text() for label in axes.get_yticklabels()] == shown[::-1]


@pytest.mark.slow
def test_settings_of_matplotlib_change_no_figure_of_a_command(command, tmp_path):
    """A matplotlibrc of the user's neither breaks nor changes them."""
    users = {"text.usetex": True, "figure.facecolor": "red", "font.size": 30}
    options = ["--data", "digits", "--epochs", 1, "--hidden", 5, "--quiet"]
    for folder, settings in ((tmp_path / "plain", {}), (tmp_path / "users", users)):
        with mpl.rc_context(settings):
            succeed(command("vae_numpy.train", *options, "--out", folder))
            assert command("vae_numpy", "sample", folder).returncode == 0
    for name in ("sample.png", "figures/samples.png", "figures/curves.png"):
        plain, changed = (tmp_path / n / name for n in ("plain", "users"))
        assert plain.read_bytes() == changed.read_bytes(), name
