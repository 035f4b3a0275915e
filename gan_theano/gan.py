"""The machinery around model.py: gradients, compiled training steps."""

from functools import cached_property

import numpy as np
import theano
import theano.tensor as T

from common.frameworks.theano import network
from common.models.gan import estimator
from gan_theano import model

OUTPUTS = {"sigmoid": T.nnet.sigmoid, "linear": lambda x: x}  # of the generator


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
        steps = map(self._train, x, z_discriminator, z_generator, learning_rates)
        sums = np.sum([*steps], axis=0, dtype=np.float32)
        return dict(zip(estimator.GAN.about.watched, map(float, sums), strict=True))

    def _train(self, x, z_discriminator, z_generator, rate):
        """Two functions, compiled by way of C++; the loop is Python's."""
        seen = self._discriminator_step(x, z_discriminator, rate)
        loss = self._generator_step(z_generator, rate)
        return seen[0], loss, seen[1], seen[2]

    @cached_property
    def _discriminator_step(self):
        """-> its loss, and its accuracy on real and on generated images."""
        variables = self.parameters_of("discriminator")
        x, z, rate = T.fmatrix("x"), T.fmatrix("z"), T.fscalar("rate")
        generated = self._generate(z)  # of no variable of this player's
        logit_real = model.discriminate(variables, x, self.activation)
        slope = theano.grad(T.sum(logit_real), x)
        logit_generated = model.discriminate(variables, generated, self.activation)
        loss = T.mean(model.discriminator_loss(logit_real, logit_generated))
        penalty = T.mean(model.gradient_penalty(slope))
        total = loss + self.penalty * penalty
        seen = loss, _share(logit_real > 0), _share(logit_generated < 0)
        updates = self._updates("discriminator", total, rate)
        return theano.function([x, z, rate], seen, updates=updates)

    @cached_property
    def _generator_step(self):
        """-> its loss, from the discriminator as it now is."""
        z, rate = T.fmatrix("z"), T.fscalar("rate")
        generated = self._generate(z)
        logit = model.discriminate(self.parameters, generated, self.activation)
        loss = T.mean(model.generator_loss(logit))
        updates = self._updates("generator", loss, rate)
        return theano.function([z, rate], loss, updates=updates)

    def _updates(self, player, loss, rate):
        variables = self.parameters_of(player)
        gradients = theano.grad(loss, list(variables.values()))
        return self.adams[player].updates(variables, gradients, rate)

    def _generate(self, z):
        logits = model.generate(self.parameters, z, self.activation)
        return OUTPUTS[self.output](logits)

    def evaluate(self, x, z_discriminator, z_generator):
        """What the About measures.  (B, D), 2 x (B, Z) -> 5 x (B,)"""
        return self._evaluate(x, z_discriminator, z_generator)

    @cached_property
    def _evaluate(self):
        x, z_discriminator, z_generator = T.fmatrices("x", "z_discriminator", "z")
        generated, others = self._generate(z_discriminator), self._generate(z_generator)
        logit_real, logit_generated, logit_others = (
            model.discriminate(self.parameters, images, self.activation)
            for images in (x, generated, others)
        )
        measures = (
            model.discriminator_loss(logit_real, logit_generated),
            model.generator_loss(logit_others),
            T.cast(logit_real > 0, "float32"),
            T.cast(logit_generated < 0, "float32"),
            0.5 * T.sum((generated - others) ** 2, axis=1),
        )
        return theano.function([x, z_discriminator, z_generator], measures)

    def discriminate(self, x):
        """Log-odds that each image is a real one.  (B, D) -> (B,)"""
        return self._discriminate(x)

    @cached_property
    def _discriminate(self):
        x = T.fmatrix("x")
        logit = model.discriminate(self.parameters, x, self.activation)
        return theano.function([x], logit)

    def decode(self, z):
        """What the generator makes of z.  (B, Z) -> (B, D)"""
        return self._decode(z)

    @cached_property
    def _decode(self):
        z = T.fmatrix("z")
        return theano.function([z], self._generate(z))

    def compiled(self):
        """What training calls, compiled one by one, so that a progress bar can tell."""
        yield self._discriminator_step
        yield self._generator_step
        yield self._evaluate
        yield self._decode


def _share(right):
    return T.mean(T.cast(right, "float32"))


class GAN(estimator.GAN):  # noqa: D101
    __doc__ = estimator.GAN.__doc__
    Network = Network
