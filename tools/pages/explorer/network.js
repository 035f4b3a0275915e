// The networks as model.py writes them: layer by layer,  h = activation(x W + b).

const ACTIVATIONS = {
  none: (a) => a,
  relu: (a) => Math.max(a, 0),
  leaky_relu: (a) => (a > 0 ? a : 0.2 * a),
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
};

/** Base64 -> the bytes as numbers of 16 bits. */
function words(text) {
  return new Uint16Array(bytes(text).buffer);
}

const POWERS = Float64Array.from({ length: 32 }, (_, n) => 2 ** (n - 15));

/** The number that 16 bits say: sign, 5 bits of exponent, 10 of fraction. */
function half(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  const size = exponent ? POWERS[exponent] * (1 + fraction) : POWERS[1] * fraction;
  return bits & 0x8000 ? -size : size;
}

/** Base64 of float16 -> Float32Array */
function floats(text) {
  return Float32Array.from(words(text), half);
}

/** Base64 of bytes -> Uint8Array */
function bytes(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** One of a model's networks: "decode", "encode" or "logvar".  (inputs) -> (outputs)
 *
 * `end`: another activation of the last layer.
 */
function run(model, network, x, end) {
  const layers = model.networks[network];
  layers.forEach(([name, activation], layer) => {
    const W = model.weights[name]; // (inputs, outputs), row by row
    const h = Float32Array.from(model.weights[name.replace("W", "b")]);
    for (let i = 0, k = 0; i < x.length; i++, k += h.length) {
      const input = x[i];
      if (input === 0) continue; // most pixels of a digit, and half of what relu gives
      for (let j = 0; j < h.length; j++) h[j] += input * W[k + j];
    }
    const last = layer === layers.length - 1;
    x = h.map(ACTIVATIONS[(last && end) || activation]);
  });
  return x;
}

// What follows has the names that model.py and bound.py give it, for one image.

/** Mean and log-variance of q(z|x); an autoencoder's code alone.  (D) -> (Z), (Z) */
function encode(model, x) {
  const mu = run(model, "encode", x);
  return model.networks.logvar ? [mu, run(model, "logvar", x)] : [mu];
}

/** A draw z of q(z|x), given eps ~ N(0, I).  3 x (Z) -> (Z) */
function reparameterize(mu, logvar, eps) {
  return mu.map((mean, i) => mean + Math.exp(0.5 * logvar[i]) * eps[i]);
}

/** Logits of the pixels' Bernoulli distributions.  (Z) -> (D) */
function decode(model, z) {
  return run(model, "decode", z, "none");
}

/** log p(x|z) in nats, summed over the pixels.  (D), (D) -> number */
function log_likelihood(logits, x) {
  const softplus = (l) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));
  return logits.reduce((sum, l, i) => sum + x[i] * l - softplus(l), 0);
}

/** KL(q(z|x) || N(0, I)) in nats.  (Z), (Z) -> number */
function kl_divergence(mu, logvar) {
  const each = (m, i) => Math.exp(logvar[i]) + m ** 2 - 1 - logvar[i];
  return 0.5 * mu.reduce((sum, m, i) => sum + each(m, i), 0);
}

/** log p(x|z), and log p(x, z) - log q(z|x), in nats, of one draw of z. */
function log_weight(model, x, mu, logvar, eps) {
  const z = reparameterize(mu, logvar, eps);
  const log_px_z = log_likelihood(decode(model, z), x);
  const each = (e, i) => e ** 2 + logvar[i] - z[i] ** 2;
  return [log_px_z, log_px_z + 0.5 * eps.reduce((sum, e, i) => sum + each(e, i), 0)];
}

/** The log of the mean weight, in nats: an estimate of log p(x).  (K) -> number */
function importance_weighted_bound(log_w) {
  const highest = Math.max(...log_w); // so that no exponential overflows
  const sum = log_w.reduce((sum, w) => sum + Math.exp(w - highest), 0);
  return highest + Math.log(sum / log_w.length);
}

/** A draw of N(0, 1) from two uniform ones (Box & Muller 1958). */
function normal() {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
  return radius * Math.cos(2 * Math.PI * Math.random());
}

/** The pixels drawn from their probabilities, 0 or 1. */
function bernoulli(probabilities) {
  return probabilities.map((p) => (Math.random() < p ? 1 : 0));
}

/** From one code toward another. */
function between(start, end, share) {
  return start.map((value, i) => value + share * (end[i] - value));
}
