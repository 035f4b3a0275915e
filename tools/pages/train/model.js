// The variational autoencoder (Kingma & Welling 2014) in JavaScript: its mathematics,
// as vae_numpy/model.py and vae_numpy/gradient.py have it, for one draw of z.
//
//     prior       p(z)   = N(0, I)
//     likelihood  p(x|z) = Bernoulli(sigmoid(logits)),   logits = decode(z)
//     posterior   q(z|x) = N(mu, diag(exp(logvar))),     mu, logvar = encode(x)
//
// Shapes: a batch of B images of D pixels, H hidden units, Z latent variables.

const model = {
  /** Weights and biases of the hidden layers.  -> (prefix_W1, prefix_b1), ... */
  *layers(parameters, prefix) {
    for (let layer = 1; `${prefix}_W${layer}` in parameters; layer++)
      yield [parameters[`${prefix}_W${layer}`], parameters[`${prefix}_b${layer}`]];
  },

  /** The output of the last hidden layer.  (B, inputs) -> (B, H) */
  hidden_layers(parameters, prefix, h, activation) {
    for (const [W, b] of model.layers(parameters, prefix))
      h = each(activation, add(matmul(h, W), b));
    return h;
  },

  /** Mean and log-variance of q(z|x).  (B, D) -> (B, Z), (B, Z) */
  encode(parameters, x, activation) {
    const h = model.hidden_layers(parameters, "encoder", x, activation);
    const mu = add(matmul(h, parameters.W_mu), parameters.b_mu);
    const logvar = add(matmul(h, parameters.W_logvar), parameters.b_logvar);
    return [mu, logvar];
  },

  /** Draw z from q(z|x), differentiably, given eps ~ N(0, I).  3 x (B, Z) -> (B, Z) */
  reparameterize(mu, logvar, eps) {
    return each((mu, logvar, eps) => mu + Math.exp(0.5 * logvar) * eps, mu, logvar, eps);
  },

  /** Logits of the pixels' Bernoulli distributions.  (B, Z) -> (B, D) */
  decode(parameters, z, activation) {
    const h = model.hidden_layers(parameters, "decoder", z, activation);
    return add(matmul(h, parameters.W_logits), parameters.b_logits);
  },

  /**
   * log p(x|z) in nats, summed over the pixels.  (B, D), (B, D) -> (B,)
   *
   * log Bernoulli(x; sigmoid(l)) = x l - log(1 + exp(l)); softplus avoids overflow.
   */
  log_likelihood(logits, x) {
    return sum(each((logit, x) => x * logit - softplus(logit), logits, x));
  },

  /**
   * KL(q(z|x) || N(0, I)) in nats.  (B, Z), (B, Z) -> (B,)
   *
   * Kingma & Welling 2014, appendix B.
   */
  kl_divergence(mu, logvar) {
    return sum(each((mu, logvar) => 0.5 * (Math.exp(logvar) + mu ** 2 - 1 - logvar), mu, logvar));
  },

  /** log p(x|z), for one draw of z, and KL.  (B, D), (B, Z) -> (B,), (B,) */
  elbo_parts(parameters, x, eps, activation) {
    const [mu, logvar] = model.encode(parameters, x, activation);
    const z = model.reparameterize(mu, logvar, eps);
    const logits = model.decode(parameters, z, activation);
    return [model.log_likelihood(logits, x), model.kl_divergence(mu, logvar)];
  },

  /**
   * The evidence lower bound in nats per image.  (B, D), (B, Z) -> (B,)
   *
   * ELBO = log p(x|z) - KL, with one draw of z (Kingma & Welling 2014, eq. 10).
   */
  elbo(parameters, x, eps, activation) {
    const [log_px_z, kl] = model.elbo_parts(parameters, x, eps, activation);
    return log_px_z.map((value, n) => value - kl[n]);
  },
};

// The gradient by hand: the chain rule, from the loss back to every weight.
//
// The loss L is minus the mean ELBO of a batch.  For any array a, `da` stands for dL/da
// and has a's shape.  Each function differentiates the function of the same name
// above by two rules:
//
//     a = h W + b     dW = h^T da,   db = da summed over the batch,   dh = da W^T
//     h = f(a)        da = dh f'(a), element by element
//
// `gradients` has an array for each parameter, into which its derivative is written.

const SLOPES = new Map([ // f'(a) as a function of h = f(a)
  [relu, (h) => Number(h > 0)], // 0 at the kink
  [Math.tanh, (h) => 1 - h ** 2],
]);

const gradient = {
  /** a = h W + b: dW = h^T da, db = da summed over the batch.  (B, I), (B, O) */
  weights(gradients, name, h, da) {
    T_matmul(h, da, gradients[name]); // (I, O)
    sum_of_rows(da, gradients[name.replace("W", "b")]); // (O,)
  },

  /** Backpropagate from the last output to the first input.  (B, H) -> (B, inputs) */
  hidden_layers(parameters, gradients, prefix, outputs, activation, dh) {
    const slope = SLOPES.get(activation);
    for (let layer = outputs.length - 1; layer > 0; layer--) {
      const name = `${prefix}_W${layer}`;
      const da = each((dh, h) => dh * slope(h), dh, outputs[layer]); // h = f(a)
      gradient.weights(gradients, name, outputs[layer - 1], da);
      if (layer > 1 || prefix === "decoder") // pixels need no derivative
        dh = matmul_T(da, parameters[name]);
    }
    return dh;
  },

  /** Backpropagate from mu and logvar to the encoder's weights.  (B, Z), (B, Z) */
  encode(parameters, gradients, outputs, activation, dmu, dlogvar) {
    const h = outputs.at(-1);
    gradient.weights(gradients, "W_mu", h, dmu);
    gradient.weights(gradients, "W_logvar", h, dlogvar);
    // mu and logvar both depend on h, so their two derivatives add up.  (B, H)
    const dh = each(
      (a, b) => a + b,
      matmul_T(dmu, parameters.W_mu),
      matmul_T(dlogvar, parameters.W_logvar),
    );
    gradient.hidden_layers(parameters, gradients, "encoder", outputs, activation, dh);
  },

  /** z = mu + exp(logvar / 2) eps: dmu = dz, dlogvar = dz exp(logvar / 2) eps / 2. */
  reparameterize(logvar, eps, dz) {
    const slope = (logvar, eps, dz) => dz * Math.exp(0.5 * logvar) * eps * 0.5;
    return [dz, each(slope, logvar, eps, dz)];
  },

  /** Backpropagate from the logits to the decoder weights and z.  (B, D) -> (B, Z) */
  decode(parameters, gradients, outputs, activation, dlogits) {
    gradient.weights(gradients, "W_logits", outputs.at(-1), dlogits);
    const dh = matmul_T(dlogits, parameters.W_logits); // (B, H)
    return gradient.hidden_layers(parameters, gradients, "decoder", outputs, activation, dh);
  },

  /**
   * d log p(x|z) / d logits = x - sigmoid(logits).  (B, D), (B, D) -> (B, D)
   *
   * The slope of softplus is sigmoid: what remains is the pixel minus its probability.
   */
  log_likelihood(logits, x) {
    return each((logit, x) => x - sigmoid(logit), logits, x);
  },

  /** dKL/dmu = mu, dKL/dlogvar = (exp(logvar) - 1) / 2.  2 x (B, Z) -> 2 x (B, Z) */
  kl_divergence(mu, logvar) {
    return [mu, each((logvar) => 0.5 * (Math.exp(logvar) - 1), logvar)];
  },

  /**
   * Return the mean ELBO; write dL into `gradients`.  (B, D), (B, Z)
   *
   * `beta` multiplies the KL in the loss.  The ELBO has beta = 1.
   */
  elbo(parameters, gradients, x, eps, activation, beta = 1) {
    // Forward, as model.elbo does, but each layer's output is kept.
    const [encoder, mu, logvar] = gradient.encoded(parameters, x, activation);
    const z = model.reparameterize(mu, logvar, eps);
    const [decoder, logits] = gradient.decoded(parameters, z, activation);
    const kl = model.kl_divergence(mu, logvar);
    const elbo = model.log_likelihood(logits, x).map((value, n) => value - kl[n]);

    // Backward: L = -(log p(x|z) - beta KL), averaged over the B images.
    const B = x.rows;
    const dlogits = each((slope) => slope / -B, gradient.log_likelihood(logits, x));
    const dz = gradient.decode(parameters, gradients, decoder, activation, dlogits);
    const of_z = gradient.reparameterize(logvar, eps, dz);
    const of_kl = gradient.kl_divergence(mu, logvar);
    const [dmu, dlogvar] = [0, 1].map((k) =>
      each((a, b) => a + (beta * b) / B, of_z[k], of_kl[k]),
    );
    gradient.encode(parameters, gradients, encoder, activation, dmu, dlogvar);
    return mean(elbo);
  },

  /** Do as model.encode; keep each layer's output.  -> [(B, H), ...], 2 x (B, Z) */
  encoded(parameters, x, activation) {
    const outputs = gradient.layers(parameters, "encoder", x, activation);
    const mu = add(matmul(outputs.at(-1), parameters.W_mu), parameters.b_mu);
    const logvar = add(matmul(outputs.at(-1), parameters.W_logvar), parameters.b_logvar);
    return [outputs, mu, logvar];
  },

  /** Do as model.decode; keep each layer's output.  -> [(B, H), ...], (B, D) */
  decoded(parameters, z, activation) {
    const outputs = gradient.layers(parameters, "decoder", z, activation);
    return [outputs, add(matmul(outputs.at(-1), parameters.W_logits), parameters.b_logits)];
  },

  /** Do as model.hidden_layers; keep the input and all outputs.  -> [(B, H), ...] */
  layers(parameters, prefix, h, activation) {
    const outputs = [h];
    for (const [W, b] of model.layers(parameters, prefix)) {
      const a = add(matmul(outputs.at(-1), W), b);
      outputs.push(each(activation, a));
    }
    return outputs;
  },
};
