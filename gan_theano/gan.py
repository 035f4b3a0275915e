"""The machinery around model.py: gradients, compiled training steps."""

from functools import cached_property

import theano
import theano.tensor as T

from common.frameworks.theano import network
from common.models.gan import estimator
from gan_theano import model

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
        steps = [*map(self._train, x, z_discriminator, z_generator, learning_rates)]
        return {name: float(sum(means[name] for means in steps)) for name in SUMS}

    def _train(self, x, z_discriminator, z_generator, rate):
        """Two functions, compiled by way of C++; the loop is Python's."""
        means = self._discriminator_step(x, z_discriminator, rate)
        return means | self._generator_step(z_generator, rate)

    @cached_property
    def _discriminator_step(self):
        """The discriminator's step -> its loss, its shares of right answers."""
        variables = self.parameters_of("discriminator")
        x, z, rate = T.fmatrix("x"), T.fmatrix("z"), T.fscalar("rate")
        generated = self._generate(z)  # constant in this step
        logit_real = model.discriminate(variables, x, self.activation)
        slope = theano.grad(T.sum(logit_real), x)
        logit_generated = model.discriminate(variables, generated, self.activation)
        loss = T.mean(model.discriminator_loss(logit_real, logit_generated))
        penalty = T.mean(model.gradient_penalty(slope))
        total = loss + self.penalty * penalty
        means = {
            "discriminator_loss": loss,
            "accuracy_real": _share(logit_real),
            "accuracy_generated": _share(-logit_generated),
        }
        gradients = theano.grad(total, [*variables.values()])
        updates = self.adams["discriminator"].updates(gradients, variables, rate)
        return theano.function([x, z, rate], means, updates=updates)

    @cached_property
    def _generator_step(self):
        """The generator's step, after the discriminator's -> its loss."""
        variables = self.parameters_of("generator")
        z, rate = T.fmatrix("z"), T.fscalar("rate")
        generated = self._generate(z)
        logit = model.discriminate(self.parameters, generated, self.activation)
        loss = T.mean(model.generator_loss(logit))
        gradients = theano.grad(loss, [*variables.values()])
        updates = self.adams["generator"].updates(gradients, variables, rate)
        return theano.function([z, rate], {"generator_loss": loss}, updates=updates)

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
            0.5 * T.sum((generated - others) ** 2, axis=1),
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
    return T.cast(logit > 0, "float32")


def _share(logit):
    """The share of positive logits.  (B,) -> ()"""
    return T.mean(_right(logit))


class GAN(estimator.GAN):
    Network = Network
