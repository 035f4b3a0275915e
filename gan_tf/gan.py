"""The machinery around model.py: gradients, compiled training steps."""

import tensorflow as tf

from common.frameworks.tensorflow import network
from common.models.gan import estimator
from gan_tf import model

OUTPUTS = {"sigmoid": tf.sigmoid, "linear": tf.identity}  # of the generator


class Network(network.Network):
    """The parameters of both players, and functions compiled for them."""

    def __init__(self, parameters, activation, penalty, output="sigmoid"):
        players = "discriminator", "generator"
        super().__init__(parameters, activation, beta_1=0.5, players=players)
        self.penalty, self.output = penalty, output

    def train(self, x, z_discriminator, z_generator, learning_rates):
        """Two Adam steps per batch.  (S, B, D), 2 x (S, B, Z), (S,) -> sums of means

        The discriminator's comes first; each player has noise of its own.
        """
        chunk = network.padded(x, z_discriminator, z_generator, learning_rates)
        sums = self._train(*chunk, steps=tf.constant(len(x)))
        return dict(zip(estimator.GAN.about.watched, map(float, sums), strict=True))

    @tf.function(jit_compile=True)
    def _train(self, x, z_discriminator, z_generator, learning_rates, steps):
        """All the steps in one XLA program: the loop, too, is compiled."""
        sums = tf.zeros(4)
        for step in tf.range(steps):
            rate = learning_rates[step]
            real = tf.cast(x[step], tf.float32)
            seen = self._discriminator_step(real, z_discriminator[step], rate)
            loss = self._generator_step(z_generator[step], rate)
            sums += tf.stack([seen[0], loss, seen[1], seen[2]])
        return sums

    def _discriminator_step(self, x, z, rate):
        """-> its loss, and its accuracy on real and on generated images."""
        variables = self.parameters_of("discriminator")
        generated = self._generate(z)  # before the tape: nothing flows back to it
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(x)
                logit_real = model.discriminate(variables, x, self.activation)
            slope = inner.gradient(logit_real, x)
            logit_generated = model.discriminate(variables, generated, self.activation)
            loss = tf.reduce_mean(model.discriminator_loss(logit_real, logit_generated))
            penalty = tf.reduce_mean(model.gradient_penalty(slope))
            total = loss + self.penalty * penalty
        self._apply("discriminator", tape.gradient(total, variables), rate)
        return loss, _share(logit_real > 0), _share(logit_generated < 0)

    def _generator_step(self, z, rate):
        """-> its loss, from the discriminator as it now is."""
        variables = self.parameters_of("generator")
        with tf.GradientTape() as tape:
            generated = self._generate(z)
            logit = model.discriminate(self.parameters, generated, self.activation)
            loss = tf.reduce_mean(model.generator_loss(logit))
        self._apply("generator", tape.gradient(loss, variables), rate)
        return loss

    def _apply(self, player, gradients, rate):
        self.adams[player].learning_rate.assign(rate)
        variables = self.parameters_of(player)
        pairs = [(gradients[name], variables[name]) for name in variables]
        self.adams[player].apply(*zip(*pairs, strict=True))

    def _generate(self, z):
        logits = model.generate(self.parameters, z, self.activation)
        return OUTPUTS[self.output](logits)

    def evaluate(self, x, z_discriminator, z_generator):
        """What the About measures.  (B, D), 2 x (B, Z) -> 5 x (B,)"""
        return [
            part.numpy() for part in self._evaluate(x, z_discriminator, z_generator)
        ]

    @tf.function
    def _evaluate(self, x, z_discriminator, z_generator):
        x = tf.cast(x, tf.float32)
        generated, others = self._generate(z_discriminator), self._generate(z_generator)
        logit_real, logit_generated, logit_others = (
            model.discriminate(self.parameters, images, self.activation)
            for images in (x, generated, others)
        )
        return (
            model.discriminator_loss(logit_real, logit_generated),
            model.generator_loss(logit_others),
            tf.cast(logit_real > 0, tf.float32),
            tf.cast(logit_generated < 0, tf.float32),
            0.5 * tf.reduce_sum((generated - others) ** 2, axis=1),
        )

    def discriminate(self, x):
        """Log-odds that each image is a real one.  (B, D) -> (B,)"""
        return self._discriminate(x).numpy()

    @tf.function
    def _discriminate(self, x):
        x = tf.cast(x, tf.float32)
        return model.discriminate(self.parameters, x, self.activation)

    def decode(self, z):
        """What the generator makes of z.  (B, Z) -> (B, D)"""
        return self._decode(z).numpy()

    @tf.function
    def _decode(self, z):
        return self._generate(z)


def _share(right):
    return tf.reduce_mean(tf.cast(right, tf.float32))


class GAN(estimator.GAN):  # noqa: D101
    __doc__ = estimator.GAN.__doc__
    Network = Network
