"""What every network in Theano has: activations, Adam, the compiler's check."""

import theano
import theano.tensor as T

from common.frameworks import symbolic
from common.frameworks.theano import check
from common.frameworks.theano.adam import Adam
from common.frameworks.theano.loops import tanh

compiled, for_each_image = symbolic.compiled, symbolic.for_each_image
sigmoid = T.nnet.sigmoid


def leaky_relu(h):
    """h above 0, 0.2 h below, so that no unit is deaf to the gradient."""
    return T.maximum(0.2 * h, h)


class Network(symbolic.Network):
    """Parameters as shared variables, and Adam as updates of them."""

    library, Adam = theano, Adam
    activations = {"leaky_relu": leaky_relu, "relu": T.nnet.relu, "tanh": tanh}
    parallel = "processes"  # no other Python thread runs during a step
    compiling = "Theano compiles its functions: half a minute at first, then seconds"

    def __init__(self, *arguments, **options):
        check()
        super().__init__(*arguments, **options)
