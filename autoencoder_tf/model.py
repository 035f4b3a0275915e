"""The autoencoder in TensorFlow: its mathematics.

    code        z = encode(x),   fewer numbers than x has
    likelihood  p(x|z) = Bernoulli(sigmoid(logits)),   logits = decode(z)

Shapes: a batch of B images of D pixels, H hidden units, Z code units.  Weights
are (inputs, outputs).  `parameters` is a flat dict: name -> variable.
"""

import tensorflow as tf

ACTIVATIONS = {"relu": tf.nn.relu, "tanh": tf.tanh}


def hidden_layers(parameters, prefix, h, activation):
    """The layers prefix_W1, prefix_b1, prefix_W2, ...  (B, inputs) -> (B, H)"""
    layer = 1
    while f"{prefix}_W{layer}" in parameters:
        W, b = parameters[f"{prefix}_W{layer}"], parameters[f"{prefix}_b{layer}"]
        h = ACTIVATIONS[activation](tf.matmul(h, W) + b)
        layer += 1
    return h


def encode(parameters, x, activation):
    """The code of each image.  (B, D) -> (B, Z)"""
    h = hidden_layers(parameters, "encoder", x, activation)
    z = tf.matmul(h, parameters["W_z"]) + parameters["b_z"]
    return ACTIVATIONS[activation](z)


def decode(parameters, z, activation):
    """Logits of the pixels' Bernoulli distributions.  (B, Z) -> (B, D)"""
    h = hidden_layers(parameters, "decoder", z, activation)
    return tf.matmul(h, parameters["W_logits"]) + parameters["b_logits"]


def log_likelihood(logits, x):
    """log p(x|z) in nats, summed over the pixels.  (B, D), (B, D) -> (B,)

    log Bernoulli(x; sigmoid(l)) = x l - log(1 + exp(l)); softplus avoids overflow.
    """
    return tf.reduce_sum(x * logits - tf.nn.softplus(logits), axis=1)
