"""Seconds per epoch of 60,000 images, 784-400-20, batches of 128: `make bench`.

MNIST where MNIST_PATH is set, random images of the same size elsewhere; the time does
not depend on the pixels.  The printed ratios compare medians of one run.
"""

import os
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf

from common import batches, loop
from common.images import data
from common.models.vae import MODEL
from common.runs import Position
from common.settings import Settings
from vae_numpy import Network as NumPyNetwork
from vae_tf import Network, model
from vae_theano import Network as TheanoNetwork

SETTINGS = Settings(model="vae", epochs=25, **MODEL.defaults)
STEPS = 60_000 // SETTINGS.batch_size
MEDIANS = {}  # name: seconds per epoch


@pytest.fixture(scope="module")
def pixels():
    if "MNIST_PATH" in os.environ:
        return data.load("mnist").train_images
    return np.random.default_rng(0).integers(0, 256, (60_000, 784), np.uint8)


@pytest.fixture(scope="module")
def initial(pixels):
    return MODEL.initial(SETTINGS, pixels)


def measure(benchmark, name, epoch):
    benchmark.extra_info["steps"] = STEPS
    benchmark.pedantic(epoch, rounds=5, warmup_rounds=1)
    MEDIANS[name] = benchmark.stats.stats.median


def training_epoch(network_class, pixels, initial):
    """A function that trains for one epoch, as the programs do."""
    network = network_class(initial, SETTINGS.activation)
    stop = threading.Event()

    def epoch():
        loop.train_epoch(network, pixels, SETTINGS, Position(), stop, True)

    return epoch


def test_compiled_chunk(benchmark, pixels, initial):
    """What training does: a chunk of steps in one XLA program."""
    measure(benchmark, "compiled chunk", training_epoch(Network, pixels, initial))


def test_python_loop(benchmark, pixels, initial):
    """The same step as an XLA program of its own, called from a Python loop."""
    network = Network(initial, SETTINGS.activation)
    one = tf.constant(1)

    def epoch():
        for x, eps in map(dict.values, batches.chunks(pixels, SETTINGS, 1)):
            for batch, noise in zip(x[:, None], eps[:, None], strict=True):
                total = network._train(batch, noise, np.full(1, 1e-3, "f4"), one)
        return float(total)

    measure(benchmark, "Python loop over steps", epoch)


def test_theano(benchmark, pixels, initial):
    """The twin: a Python loop over a compiled step."""
    measure(benchmark, "Theano", training_epoch(TheanoNetwork, pixels, initial))


def test_numpy(benchmark, pixels, initial):
    """The twin without a framework: its gradient is written by hand."""
    measure(benchmark, "NumPy by hand", training_epoch(NumPyNetwork, pixels, initial))


class KerasVAE(keras.Model):
    """The same network in Keras's own idiom: layers, random noise, add_loss, fit."""

    def __init__(self):
        super().__init__()
        activation, (units,) = SETTINGS.activation, SETTINGS.hidden
        self.encoder = keras.layers.Dense(units, activation)
        self.mu = keras.layers.Dense(SETTINGS.latent_dim)
        self.logvar = keras.layers.Dense(SETTINGS.latent_dim)
        self.decoder = keras.layers.Dense(units, activation)
        self.logits = keras.layers.Dense(784)
        self.seeds = keras.random.SeedGenerator(0)

    def call(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu(h), self.logvar(h)
        eps = keras.random.normal(tf.shape(mu), seed=self.seeds)
        logits = self.logits(self.decoder(model.reparameterize(mu, logvar, eps)))
        kl = model.kl_divergence(mu, logvar)
        self.add_loss(tf.reduce_mean(kl - model.log_likelihood(logits, x)))
        return logits


def test_keras_fit(benchmark, pixels):
    """`fit` on pixels that are binarized anew every epoch."""
    network = KerasVAE()
    network.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=True)
    rng = np.random.default_rng(0)

    def epoch():
        x = batches.binarize(pixels[: STEPS * SETTINGS.batch_size], "dynamic", rng)
        network.fit(x.astype("f4"), batch_size=SETTINGS.batch_size, verbose=0)

    measure(benchmark, "Keras fit, jit_compile=True", epoch)


def test_largest_matrix_product(benchmark, capsys):
    """What the machine can reach; then print all ratios."""
    square = tf.random.normal((2048, 2048))
    product = tf.function(lambda a: a @ a, jit_compile=True)
    benchmark.pedantic(lambda: product(square).numpy(), rounds=30, warmup_rounds=3)
    best = 2 * 2048**3 / benchmark.stats.stats.min / 1e9
    if "compiled chunk" not in MEDIANS:
        return
    ours = MEDIANS["compiled chunk"]
    achieved = flops_per_epoch() / ours / 1e9
    with capsys.disabled():
        print(f"\n\n{'one epoch of 60,000 images':30} seconds   ratio")
        for name, seconds in MEDIANS.items():
            print(f"{name:30} {seconds:7.2f} {seconds / ours:7.2f}")
        print(
            f"\nmatrix products: {achieved:.0f} GFLOP/s, {achieved / best:.2f} of the "
            f"{best:.0f} GFLOP/s of XLA's best 2048 x 2048 float32 product"
        )


def flops_per_epoch():
    """Multiplications and additions of the matrix products, forward and backward."""
    s = SETTINGS
    units, z = s.hidden[0], s.latent_dim
    forward = 784 * units + 2 * units * z + z * units + units * 784
    backward = 2 * forward - 784 * units  # no gradient of the input
    return 2 * (forward + backward) * STEPS * s.batch_size
