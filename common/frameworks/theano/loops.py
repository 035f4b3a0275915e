"""Element-wise loops that a compiler makes fast: no branches, vectorized functions."""

import theano.scalar
import theano.tensor as T
from theano.tensor.nnet import sigm

from common.frameworks.parameters import TINY


class OrZero(theano.scalar.UnaryScalarOp):
    """x, but 0 where |x| < TINY; one operation, so that it joins the loop before it."""

    def impl(self, x):
        """Where there is no compiler."""
        return x if abs(x) >= TINY else 0 * x

    def c_code(self, node, name, inp, out, sub):
        """Of one number, without a branch."""
        (x,), (z,) = inp, out
        return f"{z} = fabsf({x}) < {TINY}f ? 0.0f : {x};"

    def c_code_cache_version(self):
        """Another one, and Theano compiles anew."""
        return (1,)


or_zero = T.Elemwise(OrZero(theano.scalar.same_out, name="or_zero"))


class Apart(T.Elemwise):
    """What Theano puts into no other loop: beside a row, a bias, it has no vectors."""


class Tanh(theano.scalar.Tanh):
    """Theano's own, whose derivative would compute it again."""

    def L_op(self, inputs, outputs, slopes):  # noqa: N802  # Theano's name
        """Of tanh(x), of which the output is at hand."""
        return [slopes[0] * (1 - theano.scalar.sqr(outputs[0]))]


tanh = Apart(Tanh(theano.scalar.same_out, name="tanh"))


_c_code = sigm.ScalarSoftplus.c_code


def _softplus(self, node, name, inp, out, sub):
    """Theano's own has three cases, of which a compiler can make no loop of vectors."""
    (x,), (z,) = inp, out
    if node.inputs[0].type != theano.scalar.float32:
        return _c_code(self, node, name, inp, out, sub)
    return f"{z} = ({x} > 0.0f ? {x} : 0.0f) + log1pf(expf(-fabsf({x})));"


sigm.ScalarSoftplus.c_code = _softplus
sigm.ScalarSoftplus.c_code_cache_version = lambda self: ("branchless", 1)
