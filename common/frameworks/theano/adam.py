"""Adam (Kingma & Ba 2015, end of section 2) as a list of updates; Keras has its own."""

import numpy as np
import theano
import theano.tensor as T

from common.frameworks.parameters import EPSILON
from common.frameworks.theano.loops import or_zero


class Adam:
    """First and second moments of each parameter's gradient, and the step count."""

    def __init__(self, parameters, beta_1=0.9, beta_2=0.999):
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.step = theano.shared(np.int64(0), name="step")
        zeros = {n: np.zeros_like(p.get_value()) for n, p in parameters.items()}
        self.m = {n: theano.shared(zero) for n, zero in zeros.items()}
        self.v = {n: theano.shared(zero) for n, zero in zeros.items()}

    def updates(self, gradients, parameters, learning_rate):
        """What one step changes: [(shared variable, its new value), ...].

        `gradients` is a list in the order of the parameters, a dict.  The bias
        corrections are folded into the rate (the efficient form at the end of
        section 2), as Keras does.  Moments move by a share of the difference, so that
        Theano uses each gradient's matrix product once.  or_zero cuts off a moment
        that decays forever: denormal numbers are slow on a processor.
        """
        beta_1, beta_2 = self.beta_1, self.beta_2
        t = self.step + 1
        time = T.cast(t, theano.config.floatX)
        alpha = learning_rate * T.sqrt(1 - beta_2**time) / (1 - beta_1**time)
        updates = [(self.step, t)]
        for (name, p), g in zip(parameters.items(), gradients, strict=True):
            m = or_zero(self.m[name] + (1 - beta_1) * (g - self.m[name]))
            v = or_zero(self.v[name] + (1 - beta_2) * (g**2 - self.v[name]))
            move = alpha * m / (T.sqrt(v) + EPSILON)
            updates += [(self.m[name], m), (self.v[name], v), (p, p - move)]
        return updates
