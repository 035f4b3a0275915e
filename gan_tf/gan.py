"""The machinery around model.py: gradients, compiled training steps."""

import tensorflow as tf

from common.frameworks.tensorflow import network
from common.models.gan import estimator
from gan_tf import model

SUMS = estimator.GAN.training_sums  # names of the means of a batch, in order


class Network(network.Network):
    """The parameters of both players, and functions compiled for them."""

    def __init__(self, parameters, settings):
        players = "discriminator", "generator"
        super().__init__(parameters, settings, beta_1=0.5, players=players)
        self.penalty = settings.penalty

    def train(self, x, z_discriminator, z_generator, learning_rates):
        """Two Adam steps per batch.  (S, B, D), 2 x (S, B, Z), (S,) -> sums of means

        The discriminator's comes first; each player has noise of its own.
        """
        chunk = network.padded(x, z_discriminator, z_generator, learning_rates)
        sums = self._train(*chunk, steps=tf.constant(len(x)))
        return dict(zip(SUMS, map(float, sums), strict=True))

    @tf.function(jit_compile=True)
    def _train(self, x, z_discriminator, z_generator, learning_rates, steps):
        """One XLA program runs all the steps and the loop over them."""
        step, sums = 0, tf.zeros(len(SUMS))
        while step < steps:  # tf.range(steps) compiles a program for each value
            real, rate = tf.cast(x[step], tf.float32), learning_rates[step]
            means = self._discriminator_step(real, z_discriminator[step], rate)
            means |= self._generator_step(z_generator[step], rate)
            sums += tf.stack([means[name] for name in SUMS])
            step += 1
        return sums

    def _discriminator_step(self, x, z, rate):
        """The discriminator's step -> its loss, its shares of right answers."""
        variables = self.parameters_of("discriminator")
        generated = self._generate(z)  # constant in this step
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(x)
                logit_real = model.discriminate(variables, x, self.activation)
            slope = inner.gradient(logit_real, x)
            logit_generated = model.discriminate(variables, generated, self.activation)
            loss = tf.reduce_mean(model.discriminator_loss(logit_real, logit_generated))
            penalty = tf.reduce_mean(model.gradient_penalty(slope))
            total = loss + self.penalty * penalty
        means = {
            "discriminator_loss": loss,
            "accuracy_real": _share(logit_real),
            "accuracy_generated": _share(-logit_generated),
        }
        gradients = tape.gradient(total, variables)
        self.adams["discriminator"].apply(gradients, variables, rate)
        return means

    def _generator_step(self, z, rate):
        """The generator's step, after the discriminator's -> its loss."""
        variables = self.parameters_of("generator")
        with tf.GradientTape() as tape:
            generated = self._generate(z)
            logit = model.discriminate(self.parameters, generated, self.activation)
            loss = tf.reduce_mean(model.generator_loss(logit))
        gradients = tape.gradient(loss, variables)
        self.adams["generator"].apply(gradients, variables, rate)
        return {"generator_loss": loss}

    def _generate(self, z):
        return network.sigmoid(model.generate(self.parameters, z, self.activation))

    @network.compiled
    def evaluate(self, x, z_discriminator, z_generator):
        """The GAN's `test_measures`.  (B, D), 2 x (B, Z) -> 5 x (B,)"""
        generated, others = self._generate(z_discriminator), self._generate(z_generator)
        logit_real, logit_generated, logit_others = (
            model.discriminate(self.parameters, images, self.activation)
            for images in (x, generated, others)
        )
        return (
            model.discriminator_loss(logit_real, logit_generated),
            model.generator_loss(logit_others),
            _right(logit_real),
            _right(-logit_generated),
            # E (a - b)^2 = 2 Var a of independent draws a and b.
            0.5 * tf.reduce_sum((generated - others) ** 2, axis=1),
        )

    @network.compiled
    def discriminate(self, x):
        """Log-odds that each image is a real one.  (B, D) -> (B,)"""
        return model.discriminate(self.parameters, x, self.activation)

    @network.compiled
    def decode(self, z):
        """The images that the generator makes from z.  (B, Z) -> (B, D)"""
        return self._generate(z)


def _right(logit):
    """1 where the logit is positive, else 0.  (B,) -> (B,)"""
    return tf.cast(logit > 0, tf.float32)


def _share(logit):
    """The share of positive logits.  (B,) -> ()"""
    return tf.reduce_mean(_right(logit))


class GAN(estimator.GAN):
    Network = Network
