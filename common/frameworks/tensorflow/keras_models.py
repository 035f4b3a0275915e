"""Trained weights as keras.Models, for use without this project."""

import functools

import keras

Dense = functools.partial(keras.layers.Dense, dtype="float32")  # whatever the policy
Input = functools.partial(keras.Input, dtype="float32")


class ToKeras:
    """An estimator that can give its network as Keras models."""

    def to_keras(self):
        """Encoder x -> [mu, logvar] or z, decoder z -> p(x = 1|z).  -> two keras.Models

        The encoder takes pixels as the network saw them in training.
        """
        settings, pixels = self.settings_, self.n_features_in_
        x = h = Input((pixels,), name="x")
        for i, units in enumerate(settings.hidden, 1):
            h = Dense(units, settings.activation, name=f"encoder_{i}")(h)
        last = settings.activation if settings.code == ("W_z",) else None
        names = [name.removeprefix("W_") for name in settings.code]
        codes = [Dense(settings.latent_dim, last, name=name)(h) for name in names]
        encoder = keras.Model(x, codes if codes[1:] else codes[0], name="encoder")

        z = h = Input((settings.latent_dim,), name="z")
        for i, units in enumerate(reversed(settings.hidden), 1):
            h = Dense(units, settings.activation, name=f"decoder_{i}")(h)
        h = Dense(pixels, "sigmoid", name="logits")(h)
        decoder = keras.Model(z, h, name="decoder")

        arrays = [self.network.read(p) for p in self.network.parameters.values()]
        encoder.set_weights(arrays[: len(encoder.weights)])
        decoder.set_weights(arrays[len(encoder.weights) :])
        return encoder, decoder
