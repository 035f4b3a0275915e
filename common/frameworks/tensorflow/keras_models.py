"""Trained weights as keras.Models, for use without this project."""

import keras
import numpy as np


class ToKeras:
    """An estimator that can give its network as Keras models."""

    def to_keras(self):
        """Encoder x -> [mu, logvar] or z, decoder z -> p(x = 1|z).  -> two keras.Models

        The encoder takes pixels as the network saw them in training.
        """
        weights = {name: np.array(p) for name, p in self.network.parameters.items()}
        return _build(weights, self.settings_.activation)


def _build(weights, activation):
    def dense(name, h, activation=None):
        """A layer with weights `name`, W_mu say, and the bias of that name, b_mu."""
        W, b = weights[name], weights[name.replace("W", "b", 1)]
        name = name.replace("W", "").strip("_")
        layer = keras.layers.Dense(len(b), activation, name=name)
        h = layer(h)
        layer.set_weights([W, b])
        return h

    def hidden(prefix, h):
        for name in weights:
            if name.startswith(f"{prefix}_W"):
                h = dense(name, h, activation)
        return h

    x = keras.Input(weights["W_logits"].shape[1:], name="x")
    h = hidden("encoder", x)
    if "W_z" in weights:
        code = z = dense("W_z", h, activation)
    else:
        code = z, _ = [dense(name, h) for name in ("W_mu", "W_logvar")]
    encoder = keras.Model(x, code, name="encoder")
    z = keras.Input(z.shape[1:], name="z")
    probabilities = dense("W_logits", hidden("decoder", z), "sigmoid")
    return encoder, keras.Model(z, probabilities, name="decoder")
