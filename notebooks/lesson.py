"""What a sitting starts with: images, source code to read, figures for a phone."""

import inspect
import os
import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from common.frameworks import tensorflow  # noqa: E402
from common.images import data  # noqa: E402
from notebooks.legible import MARK, legible, make_legible  # noqa: E402

if shell := get_ipython():
    shell.run_line_magic("matplotlib", "inline")
WIDTH = 4.5  # inches of each figure: on a phone, letters of 9 points have 9 pixels
BLUE, ORANGE, RED, GRAY, *OTHERS = COLORS = [  # each in a contrast of 3 with the page
    mpl.colors.to_hex(legible(color, np.ones(3), MARK))
    for color in mpl.color_sequences["petroff10"]
]
plt.rcParams |= {"figure.facecolor": "white", "figure.dpi": 160, "font.size": 9}
plt.rcParams |= {"figure.figsize": (WIDTH, 2.8), "figure.constrained_layout.use": True}
plt.rcParams |= {"axes.prop_cycle": mpl.cycler(color=COLORS), "legend.frameon": False}
plt.rcParams |= {"axes.spines.top": False, "axes.spines.right": False}
plt.rcParams |= {"axes.titlesize": 9, "figure.titlesize": 9, "legend.fontsize": 8}
warnings.filterwarnings("ignore", "IProgress not found")  # a bar that no sitting uses
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # steady on a busy machine
tensorflow.prepare()  # no notices


def __getattr__(name):
    """`from lesson import tf`: TensorFlow, without its notices."""
    if name != "tf":
        raise AttributeError(name)
    tensorflow.load()
    import tensorflow as tf

    return tf


def images():
    """MNIST, or else scikit-learn's small digits; which, is printed -> Dataset"""
    _, dataset = data.load_or_digits()
    count = len(dataset.train_images)
    print(
        f"{dataset.name}: {count:,} training, {len(dataset.test_images):,} test images"
    )
    return dataset


def show(*functions):
    """Print source code of the project."""
    print("\n\n\n".join(inspect.getsource(function).rstrip() for function in functions))


def pictures(panels, columns=10):
    """Images in rows, ink in black, in a panel for each title.  {title: (N, 784)}"""
    lines = [-(-len(images) // columns) for images in panels.values()]
    height = sum(0.27 + count / columns * WIDTH for count in lines)
    shape = {"figsize": (WIDTH, height), "height_ratios": lines, "squeeze": False}
    _, grid = plt.subplots(len(panels), **shape)
    for axes, count, name in zip(grid.flat, lines, panels, strict=True):
        mosaic = np.zeros((count * columns, 28, 28))
        mosaic[: len(panels[name])] = np.reshape(panels[name], (-1, 28, 28))
        mosaic = mosaic.reshape(count, columns, 28, 28).swapaxes(1, 2)
        mosaic = mosaic.reshape(28 * count, 28 * columns)
        axes.imshow(mosaic, "gray_r", vmin=0, vmax=1, interpolation="nearest")
        axes.set_title(name)
        axes.set_axis_off()


def for_a_phone(figure, height=None):
    """A figure of the programs in a sitting's width and colors; a diagram keeps its."""
    if height:
        figure.set_size_inches(WIDTH, height)
    else:
        figure.set_dpi(110)
    make_legible(figure)
    return figure
