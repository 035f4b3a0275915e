"""The same job in JAX: one compiled lax.scan over the steps of an epoch."""

from functools import partial

import jax
import jax.numpy as jnp

from experiments.benchmarks.contenders import job
from vae_jax import model

ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh}
B1, B2, EPSILON = job.ADAM.values()


def loss(p, x, key, activation):
    """Minus the mean ELBO."""
    eps = jax.random.normal(key, (len(x), len(p["b_mu"])))
    return -jnp.mean(model.elbo(p, x, eps, ACTIVATIONS[activation]))


@partial(jax.jit, static_argnames="activation", donate_argnums=0)
def train(state, x, rates, key, activation):
    """All steps of an epoch.  (S, B, D) uint8, (S,)"""

    def step(state, given):
        p, m, v, t = state
        x, rate, key = given
        g = jax.grad(loss)(p, x.astype(jnp.float32), key, activation)
        t += 1
        m = jax.tree.map(lambda m, g: m + (1 - B1) * (g - m), m, g)
        v = jax.tree.map(lambda v, g: v + (1 - B2) * (g * g - v), v, g)
        alpha = rate * jnp.sqrt(1 - B2**t) / (1 - B1**t)
        p = jax.tree.map(
            lambda p, m, v: p - alpha * m / (jnp.sqrt(v) + EPSILON), p, m, v
        )
        return (p, m, v, t), None

    keys = jax.random.split(key, len(x))
    return jax.lax.scan(step, state, (x, rates, keys))[0]


test_loss = jax.jit(loss, static_argnames="activation")


class Trainer:
    """Parameters and moments, and the function compiled for them."""

    def __init__(self, s, pixels):
        self.s, self.pixels = s, pixels
        p = jax.tree.map(jnp.array, s.initial(pixels))
        zeros = jax.tree.map(jnp.zeros_like, p)
        self.state = p, zeros, jax.tree.map(jnp.zeros_like, p), jnp.float32(0)

    def epoch(self, number):
        x, rates = job.epoch_of(self.s, self.pixels, number)
        key = jax.random.key(number)
        self.state = train(self.state, x, rates, key, self.s.activation)
        jax.block_until_ready(self.state)

    def test_elbo(self, x):
        key, activation = jax.random.key(0), self.s.activation
        return -test_loss(self.state[0], x, key, activation)

    def encode(self, x):
        activation = ACTIVATIONS[self.s.activation]
        return jax.jit(model.encode, static_argnums=2)(self.state[0], x, activation)[0]

    def decode(self, z):
        activation = ACTIVATIONS[self.s.activation]
        decode = jax.jit(model.decode, static_argnums=2)
        return jax.nn.sigmoid(decode(self.state[0], z, activation))


if __name__ == "__main__":
    job.do(Trainer)
