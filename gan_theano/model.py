"""The generative adversarial network (Goodfellow et al. 2014) in Theano.

    prior          p(z) = N(0, I)
    generator      x = sigmoid(logits),   logits = generate(z): the VAE's decoder
    discriminator  D(x) = sigmoid(logit),  logit = discriminate(x): is x a real one?
                   its optimum: log p_data(x) - log p_generator(x) (Proposition 1)

A GAN has no likelihood, no bound and no encoder: two networks play a game.

Shapes: a batch of B images of D pixels, H hidden units, Z latent variables.
`parameters` is a flat dict, name -> variable, of weights (inputs, outputs):

    generator_W1 (Z, H), ..., generator_W_logits (H, D)
    discriminator_W1 (D, H), ..., discriminator_W_logit (H, 1)

and of their biases (outputs,): generator_b1, ..., discriminator_b_logit.
"""

import theano.tensor as T


def layers(parameters, prefix):
    """Weights and biases of the hidden layers.  -> (prefix_W1, prefix_b1), ..."""
    layer = 1
    while f"{prefix}_W{layer}" in parameters:
        yield parameters[f"{prefix}_W{layer}"], parameters[f"{prefix}_b{layer}"]
        layer += 1


def hidden_layers(parameters, prefix, h, activation):
    """The output of the last hidden layer.  (B, inputs) -> (B, H)"""
    for W, b in layers(parameters, prefix):
        h = activation(T.dot(h, W) + b)
    return h


def generate(parameters, z, activation):
    """Logits of the pixels' gray levels, as the VAE's decoder.  (B, Z) -> (B, D)"""
    h = hidden_layers(parameters, "generator", z, activation)
    W, b = parameters["generator_W_logits"], parameters["generator_b_logits"]
    return T.dot(h, W) + b


def discriminate(parameters, x, activation):
    """Log-odds that each image is a real one.  (B, D) -> (B,)"""
    h = hidden_layers(parameters, "discriminator", x, activation)
    W, b = parameters["discriminator_W_logit"], parameters["discriminator_b_logit"]
    return T.sum(T.dot(h, W) + b, axis=1)  # of one column


def discriminator_loss(logit_real, logit_generated):
    """-log D(x) - log(1 - D(G(z))) in nats, for a pair of images.  2 x (B,) -> (B,)

    Goodfellow et al. 2014, eq. 1.  The loss is 2 log 2 = 1.39 if D = 1/2 everywhere.
    """
    return T.nnet.softplus(-logit_real) + T.nnet.softplus(logit_generated)


def generator_loss(logit_generated):
    """-log D(G(z)) in nats.  (B,) -> (B,)

    The loss of eq. 1, log(1 - D(G(z))), saturates: its gradient is D(G(z)) times the
    logit's gradient, so it vanishes while the generator is bad.  This loss has the
    factor 1 - D(G(z)) instead (section 3).  It is log 2 = 0.69 if D = 1/2 everywhere.
    """
    return T.nnet.softplus(-logit_generated)


def gradient_penalty(slope_real):
    """Half the squared length of the logit's gradient at a real x.  (B, D) -> (B,)

    R1 (Mescheder et al. 2018, eq. 9) lets the game converge near its equilibrium.
    Without R1, the two players may circle around the equilibrium forever.
    """
    return 0.5 * T.sum(slope_real**2, axis=1)
