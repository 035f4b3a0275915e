"""What is the same in the packages of one model: their mathematics, and its operations.

The tests translate one twin into another by these names; the page counts them.
"""

from collections import Counter

from common import packages

MATHEMATICS = ("model.py", "bound.py")  # twins line by line; a model may lack one
FRAMEWORKS = ("tf", "theano", "numpy")  # as in a package's name: the columns below
OPERATIONS = {  # None: the framework's packages do without it
    "framework": ("TensorFlow", "Theano", "NumPy"),
    "product": ("tf.matmul", "T.dot", "np.matmul"),
    "exp": ("tf.exp", "T.exp", "np.exp"),
    "log": ("tf.math.log", "T.log", "np.log"),
    "sum": ("tf.reduce_sum", "T.sum", "np.sum"),
    "mean": ("tf.reduce_mean", "T.mean", "np.mean"),
    "largest": ("tf.reduce_max", "T.max", "np.max"),
    "maximum": ("tf.maximum", "T.maximum", None),
    "relu": ("tf.nn.relu", "T.nnet.relu", "relu"),
    "tanh": ("tf.tanh", "T.tanh", "np.tanh"),
    "sigmoid": ("tf.sigmoid", "T.nnet.sigmoid", "sigmoid"),
    "softplus": ("tf.nn.softplus", "T.nnet.softplus", "softplus"),
    "gradient": ("tape.gradient", "theano.grad", None),
}
NAMES = {  # framework -> operation -> its name there
    framework: {name: row[column] for name, row in OPERATIONS.items() if row[column]}
    for column, framework in enumerate(FRAMEWORKS)
}


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
