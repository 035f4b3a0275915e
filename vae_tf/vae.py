"""The machinery around model.py: gradients, compiled training steps."""

import tensorflow as tf

from common.frameworks.tensorflow import keras_models, network
from common.models.vae import estimator
from vae_tf import model


class Network(network.Network):
    """The parameters of a variational autoencoder, and functions compiled for them."""

    def __init__(self, parameters, activation, importance_samples=1):
        super().__init__(parameters, activation)
        self.importance_samples = importance_samples

    def train(self, x, eps, learning_rates):
        """One Adam step a batch.  (S, B, D), (S, K B, Z), (S,) -> sum of mean bounds"""
        chunk = network.padded(x, eps, learning_rates)
        return {"elbo": float(self._train(*chunk, steps=tf.constant(len(x))))}

    @tf.function(jit_compile=True)
    def _train(self, x, eps, learning_rates, steps):
        """All the steps in one XLA program: the loop, too, is compiled."""
        variables = list(self.parameters.values())
        total = 0.0
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                elbo = tf.reduce_mean(self._bound(x[step], eps[step]))
                loss = -elbo
            gradients = tape.gradient(loss, variables)
            self.adam.learning_rate.assign(learning_rates[step])
            self.adam.apply(gradients, variables)
            total += elbo
        return total

    def _bound(self, x, eps):
        """What training raises, of each image.  (B, D), (K B, Z) -> (B,)"""
        if self.importance_samples == 1:
            return self._evaluate(x, eps)[0]
        x = tf.cast(x, tf.float32)
        return model.importance_weighted_bound(self.parameters, x, eps, self.activation)

    def evaluate(self, x, eps):
        """ELBO, log p(x|z), KL in nats.  (B, D), (B, Z) -> (B,), (B,), (B,)"""
        return [part.numpy() for part in self._evaluate(x, eps)]

    @tf.function
    def _evaluate(self, x, eps):
        x = tf.cast(x, tf.float32)
        return model.elbo(self.parameters, x, eps, self.activation)

    def log_weights(self, x, eps):
        """log p(x, z) / q(z|x) of draws of z.  (B, D), (B, S, Z) -> (B, S)"""
        return self._log_weights(x, eps).numpy()

    @tf.function(jit_compile=True)
    def _log_weights(self, x, eps):
        """One image after the other, so that a decoded batch fits in the cache."""

        def of_image(image):
            x, eps = image
            return model.log_weight(self.parameters, x[None], eps, self.activation)

        x = tf.cast(x, tf.float32)
        return tf.map_fn(of_image, (x, eps), fn_output_signature=tf.float32)

    def encode(self, x):
        """Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z)"""
        return [part.numpy() for part in self._encode(x)]

    @tf.function
    def _encode(self, x):
        return model.encode(self.parameters, tf.cast(x, tf.float32), self.activation)

    def decode(self, z):
        """Pixel probabilities p(x = 1|z).  (B, Z) -> (B, D)"""
        return self._decode(z).numpy()

    @tf.function
    def _decode(self, z):
        return tf.sigmoid(model.decode(self.parameters, z, self.activation))


class VAE(keras_models.ToKeras, estimator.VAE):  # noqa: D101
    __doc__ = estimator.VAE.__doc__
    Network = Network
