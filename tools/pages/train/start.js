// Where a training starts: digits, a seeded generator, initial weights, noise.

/** Numbers between 0 and 1 that depend on the seed alone (mulberry32). */
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A matrix of draws of N(0, 1) (Box & Muller 1958). */
function normal(rows, columns, random) {
  const data = Float64Array.from({ length: rows * columns }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
  return matrix(rows, columns, data);
}

/** Pixels as the model sees them: on from one half upward.  (N, D) -> (N, D) */
function threshold(x) {
  return each((gray) => Number(gray >= 0.5), x);
}

/** Rows of a matrix, by their numbers. */
function rows_of(a, numbers) {
  const out = matrix(numbers.length, a.columns);
  numbers.forEach((number, n) => {
    const row = a.data.subarray(number * a.columns, (number + 1) * a.columns);
    out.data.set(row, n * a.columns);
  });
  return out;
}

/** The numbers below `count`, in a random order (Fisher & Yates). */
function permutation(count, random) {
  const numbers = Array.from({ length: count }, (_, n) => n);
  for (let n = count - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    [numbers[n], numbers[other]] = [numbers[other], numbers[n]];
  }
  return numbers;
}

/** The weights that common/models/vae starts from.  (N, D) -> {name: array} */
function initial(x, hidden, latent, random) {
  const D = x.columns;
  const shapes = {
    encoder_W1: [D, hidden, 2 / D], // He et al. 2015, for relu
    W_mu: [hidden, latent, 0.01 ** 2], // so that q(z|x) starts close to the prior
    W_logvar: [hidden, latent, 0.01 ** 2],
    decoder_W1: [latent, hidden, 2 / latent],
    W_logits: [hidden, D, 1 / hidden],
  };
  const parameters = {};
  for (const [name, [inputs, outputs, variance]] of Object.entries(shapes)) {
    const draws = normal(inputs, outputs, random);
    parameters[name] = each((draw) => Math.sqrt(variance) * draw, draws);
    parameters[name.replace("W", "b")] = matrix(1, outputs);
  }
  const ink = matrix(1, D);
  sum_of_rows(x, ink);
  parameters.b_logits = each((total) => { // the output starts at the mean image
    const share = Math.min(0.995, Math.max(0.005, total / x.rows));
    return Math.log(share / (1 - share));
  }, ink);
  return parameters;
}

/** Base64 of bytes from 0 to 16 -> gray levels from 0 to 1.  (N, D) */
function gray(text, columns) {
  const data = Float64Array.from(atob(text), (c) => c.charCodeAt(0) / 16);
  return matrix(data.length / columns, columns, data);
}
