"""What is the same in the packages of one model: their mathematics, and its operations.

The tests translate one twin into another by these names; the page counts them.
"""

from collections import Counter

from common import packages

MATHEMATICS = ("model.py", "bound.py")  # twins line by line; a model may lack one
GRADIENT = "gradient.py"  # derivatives of the mathematics, written by hand
THEANO = {
    "framework": "Theano",
    "product": "T.dot",
    "exp": "T.exp",
    "log": "T.log",
    "sum": "T.sum",
    "mean": "T.mean",
    "largest": "T.max",
    "maximum": "T.maximum",
    "relu": "T.nnet.relu",
    "tanh": "T.tanh",
    "sigmoid": "T.nnet.sigmoid",
    "softplus": "T.nnet.softplus",
    "constant": "disconnected_grad",
    "gradient": "theano.grad",
}
NAMES = {  # framework, as in a package's name -> operation -> its name there
    "tf": {
        "framework": "TensorFlow",
        "product": "tf.matmul",
        "exp": "tf.exp",
        "log": "tf.math.log",
        "sum": "tf.reduce_sum",
        "mean": "tf.reduce_mean",
        "largest": "tf.reduce_max",
        "maximum": "tf.maximum",
        "relu": "tf.nn.relu",
        "tanh": "tf.tanh",
        "sigmoid": "tf.sigmoid",
        "softplus": "tf.nn.softplus",
        "constant": "tf.stop_gradient",
        "gradient": "tape.gradient",
    },
    "theano": THEANO,
    "pytensor": THEANO  # which it continues
    | {
        "framework": "PyTensor",
        "relu": "relu",
        "sigmoid": "T.sigmoid",
        "softplus": "T.softplus",
        "gradient": "pytensor.grad",
    },
    "numpy": {
        "framework": "NumPy",
        "product": "np.matmul",
        "exp": "np.exp",
        "log": "np.log",
        "sum": "np.sum",
        "mean": "np.mean",
        "largest": "np.max",
        "relu": "relu",
        "tanh": "np.tanh",
        "sigmoid": "sigmoid",
        "softplus": "softplus",
        "constant": "constant",
    },
    "jax": {
        "framework": "JAX",
        "product": "jnp.matmul",
        "exp": "jnp.exp",
        "log": "jnp.log",
        "sum": "jnp.sum",
        "mean": "jnp.mean",
        "largest": "jnp.max",
        "relu": "jax.nn.relu",
        "tanh": "jnp.tanh",
        "sigmoid": "jax.nn.sigmoid",
        "softplus": "jax.nn.softplus",
        "constant": "jax.lax.stop_gradient",
        "gradient": "jax.value_and_grad",
    },
    "torch": {
        "framework": "PyTorch",
        "product": "torch.matmul",
        "exp": "torch.exp",
        "log": "torch.log",
        "sum": "torch.sum",
        "mean": "torch.mean",
        "largest": "torch.amax",
        "relu": "torch.relu",
        "tanh": "torch.tanh",
        "sigmoid": "torch.sigmoid",
        "softplus": "torch.nn.functional.softplus",
        "constant": "torch.Tensor.detach",
        "gradient": "torch.autograd.grad",
    },
    "javascript": {
        "framework": "JavaScript",
        "product": "matmul",
        "exp": "Math.exp",
        "sum": "sum",
        "mean": "mean",
        "relu": "relu",
        "tanh": "Math.tanh",
        "sigmoid": "sigmoid",
        "softplus": "softplus",
    },
}
OPERATIONS = tuple(NAMES["tf"])


def model(package):
    """vae, of vae_tf."""
    return package.partition("_")[0]


def framework(package):
    """tf, of vae_tf."""
    return package.partition("_")[2]


def names(package):
    """What the package's framework calls the operations; of an unknown one, nothing."""
    return NAMES.get(framework(package), {})


def translations(first, twin):
    """A name in one package -> the same operation's name in another."""
    ours, theirs = names(first), names(twin)
    return {ours[name]: theirs[name] for name in ours if name in theirs}


def groups(chosen):
    """The packages of each model -> [[package, ...], ...], the most packages first.

    In each, the framework of most packages stands first.
    """
    frameworks = Counter(map(framework, packages.every()))
    models = {}
    for name in sorted(chosen, key=lambda name: (-frameworks[framework(name)], name)):
        models.setdefault(model(name), []).append(name)
    return sorted(models.values(), key=len, reverse=True)
