"""What every network in PyTorch has: tensors, Adam, functions of arrays."""

import functools

import numpy as np
import torch

from common.frameworks.parameters import EPSILON, TINY, Parameters

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
sigmoid = torch.sigmoid


class Adam:
    """Moments of each parameter's gradient, and the step count.

    torch.optim adds its epsilon elsewhere, and aborts where TensorFlow 2.21 is loaded.
    """

    def __init__(self, parameters, beta_1=0.9, beta_2=0.999):
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.step = torch.tensor(0, device="cpu")
        self.m = {n: torch.zeros_like(p.detach()) for n, p in parameters.items()}
        self.v = {n: torch.zeros_like(p.detach()) for n, p in parameters.items()}

    @torch.no_grad()
    def apply(self, gradients, parameters, learning_rate):
        """Change the parameters by one step, in place.

        `gradients` is a list in the order of the parameters, a dict.  Kingma & Ba 2015,
        end of section 2: the bias corrections are folded into the rate, as Keras does,
        and in float32 as there.
        """
        self.step += 1
        betas = torch.tensor(
            [self.beta_1, self.beta_2], dtype=torch.float32, device="cpu"
        )
        first, second = 1 - betas**self.step
        alpha = float(learning_rate * torch.sqrt(second) / first)
        for (name, p), g in zip(parameters.items(), gradients, strict=True):
            m, v = self.m[name], self.v[name]
            m.lerp_(g, 1 - self.beta_1)  # m = m + (1 - beta_1) (g - m)
            v.lerp_(g**2, 1 - self.beta_2)
            p.addcdiv_(m, v.sqrt().add_(EPSILON), value=-alpha)
        if self.step % 100 == 0:
            # Without a gradient a moment decays forever; denormal numbers are slow.
            for moment in (*self.m.values(), *self.v.values()):
                moment[moment.abs() < TINY] = 0


class Network(Parameters):
    """Parameters as tensors that record what is done with them."""

    activations, Adam = {"relu": torch.relu, "tanh": torch.tanh}, Adam

    @torch.inference_mode(False)
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)

    def variable(self, array, name=""):
        """A tensor that requires a gradient."""
        return torch.tensor(array, device=DEVICE, requires_grad=True)

    def read(self, variable):
        """A copy of its array."""
        return variable.detach().cpu().numpy().copy()

    @torch.no_grad()
    def renewed(self, variable, array):
        """The same tensor with another array."""
        return variable.copy_(torch.tensor(array))


def tensor(array):
    """An array as a float32 tensor on the network's device."""
    return torch.from_numpy(np.asarray(array)).to(DEVICE).float()


def arrays_of(result):
    """A tensor as an array, or each of several."""
    if isinstance(result, tuple):
        return tuple(map(arrays_of, result))
    return result.cpu().numpy()


def recorded(method):
    """A method with gradients, also where the user's program has switched them off."""
    return torch.inference_mode(False)(torch.enable_grad()(method))


def compiled(method):
    """A method of float32 tensors, arrays outside.  Nothing is compiled."""

    @functools.wraps(method)
    @torch.no_grad()
    def call(self, *arrays, **named):
        named = {name: tensor(array) for name, array in named.items()}
        return arrays_of(method(self, *map(tensor, arrays), **named))

    return call


def for_each_image(method):
    """A method of one image, called for all images."""

    @compiled
    @functools.wraps(method)
    def of_all(self, x, eps):
        return torch.stack([method(self, *image) for image in zip(x, eps, strict=True)])

    return of_all
