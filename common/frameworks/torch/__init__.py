"""PyTorch for any model: nothing needs to be set before its import."""

LIBRARIES = ("torch",)


def prepare():
    """Its defaults are what these programs need."""


def load():
    """Import PyTorch."""
    import torch  # noqa: F401


def device():
    """What it computes on: cpu or gpu."""
    import torch

    return "gpu" if torch.cuda.is_available() else "cpu"


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name."""
    import torch

    def call(**arrays):
        results = function(**{name: torch.tensor(a) for name, a in arrays.items()})
        several = isinstance(results, tuple)
        return [t.numpy() for t in results] if several else results.numpy()

    return call
