"""Trained weights as keras.Models, for use without this project."""

import keras
import numpy as np


class ToKeras:
    """An estimator that can give its network as Keras models."""

    def to_keras(self):
        """Encoder x -> [mu, logvar] or z, decoder z -> p(x = 1|z).  -> two keras.Models

        The encoder takes pixels as the network saw them in training.
        """
        parameters = self.network.parameters
        weights = {name: np.array(value) for name, value in parameters.items()}
        return _build(weights, self.settings_.activation)


def _build(weights, activation):
    x = keras.Input(weights["W_logits"].shape[1:], name="x")
    h = _hidden(weights, "encoder", x, activation)
    if "W_z" in weights:
        code = z = _dense(weights, "W_z", h, activation)
    else:
        code = z, _ = [_dense(weights, name, h) for name in ("W_mu", "W_logvar")]
    encoder = keras.Model(x, code, name="encoder")
    z = keras.Input(z.shape[1:], name="z")
    h = _hidden(weights, "decoder", z, activation)
    probabilities = _dense(weights, "W_logits", h, "sigmoid")
    return encoder, keras.Model(z, probabilities, name="decoder")


def _hidden(weights, prefix, h, activation):
    layer = 1
    while f"{prefix}_W{layer}" in weights:
        h = _dense(weights, f"{prefix}_W{layer}", h, activation)
        layer += 1
    return h


def _dense(weights, name, h, activation=None):
    """A layer with weights `name`, W_mu say, and the bias of that name, b_mu."""
    W, b = weights[name], weights[name.replace("W", "b", 1)]
    dense = keras.layers.Dense(
        W.shape[1], activation, name=name.replace("W", "").strip("_")
    )
    h = dense(h)
    dense.set_weights([W, b])
    return h
