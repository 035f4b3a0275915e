"""The autoencoder in TensorFlow: its mathematics.

    code        z = encode(x),   fewer numbers than x has
    likelihood  p(x|z) = Bernoulli(sigmoid(logits)),   logits = decode(z)

Shapes: a batch of B images of D pixels, H hidden units, Z code units.
`parameters` is a flat dict, name -> variable, of weights (inputs, outputs):

    encoder_W1 (D, H), encoder_W2 (H, H), ..., W_z (H, Z)
    decoder_W1 (Z, H), decoder_W2 (H, H), ..., W_logits (H, D)

and of their biases (outputs,): encoder_b1, ..., b_logits.
"""

import tensorflow as tf


def layers(parameters, prefix):
    """Weights and biases of the hidden layers.  -> (prefix_W1, prefix_b1), ..."""
    layer = 1
    while f"{prefix}_W{layer}" in parameters:
        yield parameters[f"{prefix}_W{layer}"], parameters[f"{prefix}_b{layer}"]
        layer += 1


def hidden_layers(parameters, prefix, h, activation):
    """The output of the last hidden layer.  (B, inputs) -> (B, H)"""
    for W, b in layers(parameters, prefix):
        h = activation(tf.matmul(h, W) + b)
    return h


def encode(parameters, x, activation):
    """The code of each image.  (B, D) -> (B, Z)"""
    h = hidden_layers(parameters, "encoder", x, activation)
    z = tf.matmul(h, parameters["W_z"]) + parameters["b_z"]
    return activation(z)


def decode(parameters, z, activation):
    """Logits of the pixels' Bernoulli distributions.  (B, Z) -> (B, D)"""
    h = hidden_layers(parameters, "decoder", z, activation)
    return tf.matmul(h, parameters["W_logits"]) + parameters["b_logits"]


def log_likelihood(logits, x):
    """log p(x|z) in nats, summed over the pixels.  (B, D), (B, D) -> (B,)

    log Bernoulli(x; sigmoid(l)) = x l - log(1 + exp(l)); softplus avoids overflow.
    """
    return tf.reduce_sum(x * logits - tf.nn.softplus(logits), axis=-1)
