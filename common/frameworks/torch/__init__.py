"""PyTorch for any model: nothing needs to be set before its import."""

LIBRARIES = ("torch",)
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1"}


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
    from common.frameworks.torch.network import arrays_of, tensor

    def call(**arrays):
        return arrays_of(function(**{name: tensor(a) for name, a in arrays.items()}))

    return call
