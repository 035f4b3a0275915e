"""PyTorch's own: its Adam beside Keras's, and what the user's program may have set."""

import pytest
import torch

from common.frameworks.torch.network import Adam
from tests.conftest import make_settings
from tests.frameworks.adam import OfAdam
from vae_torch import VAE


class TestAdam(OfAdam):
    def start(self, w, *betas):
        weights = {"w": torch.tensor(w)}
        ours = Adam(weights, *betas)

        def step(g, rate):
            ours.apply([torch.tensor(g)], weights, rate)
            return [tensor["w"].numpy().copy() for tensor in (weights, ours.m, ours.v)]

        return step


def fitted(images):
    settings = make_settings(epochs=2, hidden=(4,), latent_dim=2).parameters()
    return VAE(**settings).fit(images).score(images[:50])


@pytest.mark.parametrize("name", ["no_grad", "inference_mode"])
def test_the_user_has_switched_gradients_off(digits, name):
    expected = fitted(digits.train_images[:300])
    with getattr(torch, name)():
        assert fitted(digits.train_images[:300]) == expected


def test_the_user_has_another_default(digits):
    expected = fitted(digits.train_images[:300])
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    try:
        assert fitted(digits.train_images[:300]) == expected
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device("cpu")
