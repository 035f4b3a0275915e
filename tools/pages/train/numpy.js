// What model.js needs and JavaScript lacks: matrices, and the twin of
// common/frameworks/numpy.py. Numbers have 64 bits.

const EPSILON = 1e-7; // Adam's, as in Keras
const TINY = 1e-30; // of a moment: far below epsilon, so no step is seen to change

/** A matrix, row by row; a vector is one row. */
function matrix(rows, columns, data = new Float64Array(rows * columns)) {
  return { rows, columns, data };
}

/** The products of rows of a and columns of b.  (B, I), (I, O) -> (B, O) */
function matmul(a, b) {
  const out = matrix(a.rows, b.columns);
  const weights = b.data;
  for (let n = 0; n < a.rows; n++) {
    const sums = out.data.subarray(n * b.columns, (n + 1) * b.columns);
    for (let i = 0; i < b.rows; i++) {
      const factor = a.data[n * b.rows + i];
      if (factor === 0) continue; // most pixels, and half of what relu gives
      const row = i * b.columns;
      for (let j = 0; j < sums.length; j++) sums[j] += factor * weights[row + j];
    }
  }
  return out;
}

/** matmul(a, b^T), where b is in memory as it is.  (B, O), (I, O) -> (B, I) */
function matmul_T(a, b) {
  const out = matrix(a.rows, b.rows);
  const [width, weights] = [a.columns, b.data];
  for (let n = 0, k = 0; n < a.rows; n++) {
    const row = a.data.subarray(n * width, (n + 1) * width);
    for (let i = 0; i < b.rows; i++, k++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += row[j] * weights[i * width + j];
      out.data[k] = sum;
    }
  }
  return out;
}

/** matmul(a^T, b), written into `out`.  (B, I), (B, O), (I, O) */
function T_matmul(a, b, out) {
  const sums = out.data.fill(0);
  for (let n = 0; n < a.rows; n++) {
    const row = b.data.subarray(n * b.columns, (n + 1) * b.columns);
    for (let i = 0; i < a.columns; i++) {
      const factor = a.data[n * a.columns + i];
      if (factor === 0) continue;
      const start = i * b.columns;
      for (let j = 0; j < row.length; j++) sums[start + j] += factor * row[j];
    }
  }
}

/** A vector added to each row.  (B, O), (O,) -> (B, O) */
function add(a, b) {
  const out = matrix(a.rows, a.columns);
  for (let k = 0; k < a.data.length; )
    for (let j = 0; j < a.columns; j++, k++) out.data[k] = a.data[k] + b.data[j];
  return out;
}

/** A function of the elements of arrays of one shape, element by element. */
function each(f, a, b, c) {
  const out = matrix(a.rows, a.columns);
  const [x, y, z] = [a, b ?? a, c ?? a].map((array) => array.data);
  for (let k = 0; k < x.length; k++) out.data[k] = f(x[k], y[k], z[k]);
  return out;
}

/** The sum of each row.  (B, O) -> (B,) */
function sum(a) {
  const out = new Float64Array(a.rows);
  for (let n = 0, k = 0; n < a.rows; n++)
    for (let j = 0; j < a.columns; j++, k++) out[n] += a.data[k];
  return out;
}

/** The sum over the batch, written into `out`.  (B, O), (O,) */
function sum_of_rows(a, out) {
  out.data.fill(0);
  for (let k = 0; k < a.data.length; )
    for (let j = 0; j < a.columns; j++, k++) out.data[j] += a.data[k];
}

function mean(a) {
  return a.reduce((x, y) => x + y, 0) / a.length;
}

/** max(a, 0) */
function relu(a) {
  return Math.max(a, 0);
}

/** log(1 + exp(a)) = max(a, 0) + log(1 + exp(-|a|)): no exponential overflows. */
function softplus(a) {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}

/** 1 / (1 + exp(-a)) */
function sigmoid(a) {
  return 1 / (1 + Math.exp(-a));
}

/** Adam (Kingma & Ba 2015): moments of each parameter's gradient, the step count. */
class Adam {
  constructor(parameters, beta_1 = 0.9, beta_2 = 0.999) {
    Object.assign(this, { beta_1, beta_2, step: 0, m: {}, v: {} });
    for (const [name, { data }] of Object.entries(parameters)) {
      this.m[name] = new Float64Array(data.length);
      this.v[name] = new Float64Array(data.length);
    }
  }

  /** Change the parameters by one step, in place.  2 x {name: array}, () */
  apply(gradients, parameters, learning_rate) {
    this.step += 1;
    const first = 1 - this.beta_1 ** this.step;
    const second = 1 - this.beta_2 ** this.step;
    const alpha = (learning_rate * Math.sqrt(second)) / first;
    const flush = this.step % 100 === 0; // denormal numbers are slow
    for (const [name, { data: p }] of Object.entries(parameters)) {
      const [g, m, v] = [gradients[name].data, this.m[name], this.v[name]];
      for (let k = 0; k < p.length; k++) {
        m[k] += (g[k] - m[k]) * (1 - this.beta_1);
        v[k] += (g[k] * g[k] - v[k]) * (1 - this.beta_2);
        p[k] -= (m[k] / (Math.sqrt(v[k]) + EPSILON)) * alpha;
        if (flush && Math.abs(m[k]) < TINY) m[k] = 0;
        if (flush && v[k] < TINY) v[k] = 0;
      }
    }
  }
}
