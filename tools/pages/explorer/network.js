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
  return new Uint16Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
}

/** The number that 16 bits say: sign, 5 bits of exponent, 10 of fraction. */
function half(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  const size = exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction;
  return bits & 0x8000 ? -size : size;
}

/** Base64 of float16 -> Float32Array */
function floats(text) {
  return Float32Array.from(words(text), half);
}

/** One of a model's networks: "decode", "encode" or "logvar".  (inputs) -> (outputs) */
function run(model, network, x) {
  for (const [name, activation] of model.networks[network]) {
    const W = model.weights[name]; // (inputs, outputs), row by row
    const h = Float32Array.from(model.weights[name.replace("W", "b")]);
    for (let i = 0, k = 0; i < x.length; i++, k += h.length) {
      const input = x[i];
      if (input === 0) continue; // most pixels of a digit, and half of what relu gives
      for (let j = 0; j < h.length; j++) h[j] += input * W[k + j];
    }
    x = h.map(ACTIVATIONS[activation]);
  }
  return x;
}

/** A draw of N(0, 1) from two uniform ones (Box & Muller 1958). */
function normal() {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
  return radius * Math.cos(2 * Math.PI * Math.random());
}

/** A draw z of q(z|x), as model.py's reparameterize.  (Z), (Z) -> (Z) */
function reparameterize(mu, logvar) {
  return mu.map((mean, i) => mean + Math.exp(0.5 * logvar[i]) * normal());
}

/** The pixels drawn from their probabilities, 0 or 1. */
function bernoulli(probabilities) {
  return probabilities.map((p) => (Math.random() < p ? 1 : 0));
}

/** From one code toward another. */
function between(start, end, share) {
  return start.map((value, i) => value + share * (end[i] - value));
}
