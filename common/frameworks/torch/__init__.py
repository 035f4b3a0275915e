"""PyTorch for any model: nothing must be chosen before it is imported."""

LIBRARIES = ("torch",)


def prepare():
    """Its defaults are what these programs need."""


def load():
    """Import PyTorch."""
    import torch  # noqa: F401


def describe():
    """What `common.doctor` says of it.  -> {subject: text}"""
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    text = f"{torch.__version__}, device: {device}, {torch.get_num_threads()} threads"
    return {"torch": text}


def of_arrays(function, arrays):
    """A function of model.py as one of arrays by name."""
    import torch

    def call(**arrays):
        results = function(**{name: torch.tensor(a) for name, a in arrays.items()})
        several = isinstance(results, tuple)
        return [t.numpy() for t in results] if several else results.numpy()

    return call
