"""The same network in Keras's own idiom: layers, random noise, add_loss, fit."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

from experiments.benchmarks.contenders import job
from vae_tf import model


class KerasVAE(keras.Model):
    """Two stacks of Dense layers, and the loss beside them."""

    def __init__(self, s):
        super().__init__()
        self.down = [keras.layers.Dense(units, s.activation) for units in s.hidden]
        self.mu = keras.layers.Dense(s.latent_dim)
        self.logvar = keras.layers.Dense(s.latent_dim)
        self.up = [keras.layers.Dense(units, s.activation) for units in s.hidden[::-1]]
        self.logits = keras.layers.Dense(784)
        self.seeds = keras.random.SeedGenerator(0)

    def call(self, x):
        h = x
        for layer in self.down:
            h = layer(h)
        mu, logvar = self.mu(h), self.logvar(h)
        eps = keras.random.normal(tf.shape(mu), seed=self.seeds)
        logits = self.decode(model.reparameterize(mu, logvar, eps))
        kl = model.kl_divergence(mu, logvar)
        self.add_loss(tf.reduce_mean(kl - model.log_likelihood(logits, x)))
        return mu

    def decode(self, h):
        for layer in self.up:
            h = layer(h)
        return self.logits(h)


class Trainer:
    """`fit`, an epoch at a time, as the pixels are drawn anew."""

    def __init__(self, s, pixels):
        self.s, self.pixels = s, pixels
        self.network = KerasVAE(s)
        adam = keras.optimizers.Adam(s.learning_rate, epsilon=job.ADAM["epsilon"])
        self.network.compile(optimizer=adam, jit_compile=True)
        self.network(tf.zeros((1, 784)))  # which makes the weights
        initial = s.initial(pixels)
        self.network.set_weights([initial[name] for name in initial])

    def epoch(self, number):
        x, rates = job.epoch_of(self.s, self.pixels, number)
        x = x.reshape(-1, 784).astype("f4")
        self.network.optimizer.learning_rate = float(rates.mean())
        size = self.s.batch_size
        self.network.fit(x, batch_size=size, shuffle=False, verbose=0)

    def test_elbo(self, x):
        return -self.network.evaluate(x, batch_size=1000, verbose=0)

    def encode(self, x):
        return self.network.predict(x, batch_size=1000, verbose=0)

    def decode(self, z):
        return tf.sigmoid(self.network.decode(z))


if __name__ == "__main__":
    job.do(Trainer)
