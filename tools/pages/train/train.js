// The page: a state that controls and addresses set, a training, and its pictures.

const page = (id) => document.getElementById(id);
const data = JSON.parse(page("data").textContent);
const BATCH = 64;
const [BUDGET, SLOW] = [11, 200]; // milliseconds of work in a frame; between slow steps
const GRID = 11; // decoded images in a row of the plane
const HISTORY = 800; // points of a curve; of more, every other one goes
const DEFAULTS = { kind: "vae", beta: "1", latent: "2", hidden: "64", rate: "0.01" };

const images = threshold(gray(data.pixels, 64));
const numbers = Array.from({ length: images.rows }, (_, n) => n);
const [x_train, x_test] = [0, 1].map((part) =>
  rows_of(images, numbers.filter((n) => n < data.trained === (part === 0))),
);
const test_labels = Array.from(data.labels.slice(data.trained), Number);
const SHOWN = Array.from({ length: 10 }, (_, digit) => test_labels.indexOf(digit));

const choice = { ...DEFAULTS };
let training = null; // parameters, gradients, adam, random, order, history, changes
let playing = false;
let pictures = 4; // milliseconds that the last measures and pictures took
let last_step = 0; // when the last slow step was taken
let reach = 3.2; // to each edge of the map

const is_vae = () => choice.kind === "vae";

/** Everything as it was before the first step, from the same seed. */
function reset() {
  const random = generator(1);
  const latent = Number(choice.latent);
  const parameters = initial(x_train, Number(choice.hidden), latent, random);
  const gradients = {};
  for (const [name, { rows, columns }] of Object.entries(parameters))
    gradients[name] = matrix(rows, columns);
  training = {
    ...{ parameters, gradients, random, latent, adam: new Adam(parameters) },
    ...{ order: [], history: [], changes: [], axes: [0, 1] },
    eps: normal(x_test.rows, latent, random), // the noise of every test
  };
  reach = 3.2;
  measure();
}

/** One Adam step on the next batch of 64 images. */
function step() {
  const { parameters, gradients, random, latent, adam } = training;
  if (training.order.length < BATCH) training.order = permutation(x_train.rows, random);
  const x = rows_of(x_train, training.order.splice(0, BATCH));
  const eps = is_vae() ? normal(BATCH, latent, random) : matrix(BATCH, latent);
  const beta = is_vae() ? Number(choice.beta) : 0; // an autoencoder: no noise, no KL
  gradient.elbo(parameters, gradients, x, eps, relu, beta);
  adam.apply(gradients, parameters, Number(choice.rate));
}

/** The parts of the ELBO of the test images, and their codes. */
function measure() {
  const { parameters, latent, history, adam } = training;
  const [mu, logvar] = model.encode(parameters, x_test, relu);
  const eps = is_vae() ? training.eps : matrix(x_test.rows, latent);
  const logits = model.decode(parameters, model.reparameterize(mu, logvar, eps), relu);
  const log_px_z = mean(model.log_likelihood(logits, x_test));
  const kl = mean(model.kl_divergence(mu, logvar));
  Object.assign(training, { mu, logvar });
  const point = { step: adam.step, log_px_z, kl, elbo: log_px_z - kl, vae: is_vae() };
  if (history.at(-1)?.step === point.step) history.pop();
  history.push(point);
  if (history.length > HISTORY)
    training.history = history.filter((_, n) => n % 2 === 0 || n === history.length - 1);
}

/** How much each latent variable says: its mean KL in nats, or its variance. */
function used() {
  const { mu, logvar, latent } = training;
  return Array.from({ length: latent }, (_, j) => {
    let [kl, square, total] = [0, 0, 0];
    for (let k = j; k < mu.data.length; k += latent) {
      const [m, l] = [mu.data[k], logvar.data[k]];
      kl += 0.5 * (Math.exp(l) + m ** 2 - 1 - l);
      square += m ** 2;
      total += m;
    }
    const N = mu.rows;
    return is_vae() ? kl / N : square / N - (total / N) ** 2;
  });
}

const panels = {};
for (const id of ["map", "plane", "curves", "used", "rebuilt"]) panels[id] = new Panel(page(id));

/** All pictures and numbers of this moment. */
function draw() {
  const shares = used();
  choose_axes(shares);
  draw_map();
  draw_plane();
  draw_curves();
  draw_used(shares);
  draw_rebuilt();
  const { step, log_px_z, kl, elbo } = training.history.at(-1);
  page("step").textContent = step;
  page("elbo").textContent = is_vae() ? written(elbo, 2) : "none";
  page("parts").textContent = is_vae()
    ? `= log p(x|z) ${written(log_px_z, 2)} \u2212 KL ${written(kl, 2)}`
    : `(an autoencoder has no KL). log p(x|z) ${written(log_px_z, 2)}`;
}

/** The two latent variables that say most, in their order. */
function choose_axes(shares) {
  const { axes } = training;
  const order = shares.map((_, j) => j).sort((a, b) => shares[b] - shares[a]);
  const clear = shares[order[1]] > 1.2 * Math.min(...axes.map((j) => shares[j]));
  if (clear) training.axes = order.slice(0, 2).sort((a, b) => a - b);
}

/** The box of a square panel, with room for the names of its axes. */
function square({ width, height }) {
  return [42, 8, width - 8, height - 38];
}

function draw_map() {
  const panel = panels.map;
  const { mu, logvar, latent, axes } = training;
  panel.clear();
  const sizes = axes.flatMap((j) => test_labels.map((_, n) => Math.abs(mu.data[n * latent + j])));
  const far = 1.05 * sizes.sort((a, b) => a - b)[Math.floor(0.99 * sizes.length)];
  reach += (playing ? 0.1 : 1) * (Math.max(3.2, far) - reach); // calmly
  const box = square(panel);
  panel.axes(box, [-reach, reach], [-reach, reach], `z${axes[0] + 1}`, `z${axes[1] + 1}`);
  const { pen } = panel;
  pen.save();
  pen.beginPath();
  pen.rect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
  pen.clip();
  const unit = panel.x(1) - panel.x(0);
  if (is_vae()) {
    pen.strokeStyle = pen.fillStyle = theme.link;
    for (const n of SHOWN) { // q(z|x) of the ten images below
      const [a, b] = axes.map((j) => n * latent + j);
      pen.beginPath();
      const spread = [a, b].map((k) => unit * Math.exp(0.5 * logvar.data[k]));
      pen.ellipse(panel.x(mu.data[a]), panel.y(mu.data[b]), ...spread, 0, 0, 7);
      pen.globalAlpha = 0.1;
      pen.fill();
      pen.globalAlpha = 0.7;
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }
  pen.font = "bold 12px system-ui, sans-serif";
  pen.textAlign = "center";
  test_labels.forEach((digit, n) => {
    pen.fillStyle = theme.digits[digit];
    const [x, y] = axes.map((j) => mu.data[n * latent + j]);
    pen.fillText(digit, panel.x(x), panel.y(y) + 4);
  });
  pen.restore();
  draw_prior(panel);
}

function draw_plane() {
  const panel = panels.plane;
  const { parameters, latent, axes } = training;
  panel.clear();
  const box = square(panel);
  panel.axes(box, [-reach, reach], [-reach, reach], `z${axes[0] + 1}`, `z${axes[1] + 1}`);
  const z = matrix(GRID ** 2, latent);
  for (let n = 0; n < GRID ** 2; n++) {
    const [column, row] = [n % GRID, Math.floor(n / GRID)];
    z.data[n * latent + axes[0]] = reach * ((2 * column + 1) / GRID - 1);
    z.data[n * latent + axes[1]] = reach * (1 - (2 * row + 1) / GRID);
  }
  const [wide, high] = [(box[2] - box[0]) / GRID, (box[3] - box[1]) / GRID];
  panel.images(each(sigmoid, model.decode(parameters, z, relu)), (n) => [
    box[0] + wide * (n % GRID),
    box[1] + high * Math.floor(n / GRID),
    Math.min(wide, high) - 3,
  ]);
  draw_prior(panel);
}

/** The circle around the origin that 90% of the draws of two variables fall into. */
function draw_prior(panel) {
  const { pen } = panel;
  const radius = (panel.x(1) - panel.x(0)) * Math.sqrt(-2 * Math.log(0.1));
  pen.strokeStyle = theme.ink;
  pen.setLineDash([5, 4]);
  pen.beginPath();
  pen.arc(panel.x(0), panel.y(0), radius, 0, 7);
  pen.stroke();
  pen.setLineDash([]);
}

/** log p(x|z) and the ELBO, which the KL parts, and the KL beneath. */
function draw_curves() {
  const panel = panels.curves;
  const { history, changes } = training;
  panel.clear();
  const { pen, width, height } = panel;
  const [left, right] = [46, width - 92];
  const middle = 0.66 * height;
  const steps = [0, Math.max(100, history.at(-1).step)];
  const shown = history.filter((point) => point.vae);
  const best = Math.max(...history.map((point) => point.log_px_z));
  const worst = Math.min(...history.map((point) => (point.vae ? point.elbo : point.log_px_z)));
  const y = [Math.max(worst, best - 60) - 1, best + 1];
  const most = Math.max(5, ...shown.map((point) => Math.min(point.kl, 60)));
  const now = history.at(-1);

  panel.axes([left, 8, right, middle - 10], steps, y, null, "nats per image");
  marks(8, middle - 10);
  pen.save();
  pen.beginPath();
  pen.rect(left, 0, right - left, middle);
  pen.clip();
  const curve = (points, name) => points.map((p) => [panel.x(p.step), panel.y(p[name])]);
  if (shown.length) {
    pen.fillStyle = theme.band; // as high as the KL
    pen.beginPath();
    for (const [x, y] of curve(shown, "log_px_z")) pen.lineTo(x, y);
    for (const [x, y] of curve(shown, "elbo").reverse()) pen.lineTo(x, y);
    pen.fill();
  }
  pen.lineWidth = 2;
  pen.strokeStyle = theme.ink;
  pen.setLineDash([6, 3]);
  panel.line(curve(history, "log_px_z"));
  pen.setLineDash([]);
  pen.strokeStyle = theme.link;
  panel.line(curve(shown, "elbo"));
  pen.restore();
  const tops = [panel.y(now.log_px_z), panel.y(now.elbo)].map((y) => Math.min(y, middle - 12));
  panel.text("log p(x|z)", right + 6, tops[0] + 4, theme.ink);
  if (now.vae) panel.text("ELBO", right + 6, Math.max(tops[1] + 4, tops[0] + 18), theme.link);

  panel.axes([left, middle + 8, right, height - 38], steps, [0, most], "step", "nats");
  marks(middle + 8, height - 38);
  pen.lineWidth = 2;
  pen.strokeStyle = theme.kl;
  panel.line(shown.map((p) => [panel.x(p.step), panel.y(Math.min(p.kl, most))]));
  if (now.vae) panel.text("KL", right + 6, panel.y(Math.min(now.kl, most)) + 4, theme.kl);
  else panel.text("no KL", right + 6, panel.y(0) - 4, theme.quiet);
  pen.lineWidth = 1;

  function marks(top, bottom) {
    pen.strokeStyle = theme.quiet;
    pen.setLineDash([2, 3]);
    for (const x of changes) panel.line([[panel.x(x), top], [panel.x(x), bottom]]);
    pen.setLineDash([]);
  }
}

/** A bar for each latent variable. */
function draw_used(shares) {
  const panel = panels.used;
  panel.clear();
  const box = [46, 8, panel.width - 8, panel.height - 38];
  const most = Math.max(is_vae() ? 2 : 1, ...shares) * 1.05;
  const name = is_vae() ? "KL, nats" : "variance";
  panel.axes(box, [0.5, shares.length + 0.5], [0, most], null, name);
  const wide = panel.x(1.8) - panel.x(1);
  shares.forEach((share, j) => {
    panel.pen.fillStyle = is_vae() ? theme.kl : theme.ink;
    const [x, y] = [panel.x(j + 1), panel.y(share)];
    panel.pen.fillRect(x - wide / 2, y, wide, box[3] - y);
    panel.text(j + 1, x, box[3] + 15, theme.quiet, "center");
  });
  const middle = (box[0] + box[2]) / 2;
  panel.text("number of the latent variable", middle, box[3] + 30, theme.quiet, "center");
}

/** Ten test images above what the decoder makes of the means of their codes. */
function draw_rebuilt() {
  const panel = panels.rebuilt;
  const { parameters, mu } = training;
  panel.clear();
  const side = Math.floor((panel.width - 8) / 10);
  const decoded = each(sigmoid, model.decode(parameters, rows_of(mu, SHOWN), relu));
  panel.text("test images", 4, 12, theme.quiet);
  panel.images(rows_of(x_test, SHOWN), (n) => [4 + side * n, 18, side - 3]);
  panel.text("reconstructions", 4, side + 34, theme.quiet);
  panel.images(decoded, (n) => [4 + side * n, side + 40, side - 3]);
}

/** In words, for the live region, when the training rests. */
function say(prefix = "") {
  const { step, log_px_z, kl, elbo } = training.history.at(-1);
  const [l, k, e] = [log_px_z, kl, elbo].map((value) => written(value, 1));
  const parts = is_vae()
    ? `ELBO ${e} nats per image: log p(x|z) ${l}, KL ${k}.`
    : `log p(x|z) ${l} nats per image.`;
  page("said").textContent = `${prefix}After ${step} steps: ${parts}`;
}

function play(on) {
  if (playing === on) return;
  playing = on;
  page("play").textContent = on ? "Pause" : "Play";
  if (on) {
    page("said").textContent = "Training.";
    requestAnimationFrame(frame);
  } else say();
}

/** As many steps as fit into a frame, or a slow one. */
function frame(now) {
  if (!playing) return;
  requestAnimationFrame(frame);
  const slow = page("slow").checked;
  if (slow && now - last_step < SLOW) return;
  last_step = now;
  const start = performance.now();
  do step();
  while (!slow && performance.now() - start + pictures < BUDGET);
  const trained = performance.now();
  measure();
  draw();
  pictures = performance.now() - trained;
}

/** So many steps at once, as an address asks for. */
function steps(count) {
  for (let n = 1; n <= count; n++) {
    step();
    if (n % 5 === 0 || n === count) measure();
  }
}

/** What a control means now; a new structure starts anew. */
function choose(name, value) {
  choice[name] = value;
  page(name).value = value;
  if (name === "latent" || name === "hidden") reset();
  else {
    training.changes.push(training.adam.step);
    measure();
  }
  page("beta").disabled = !is_vae();
  document.documentElement.dataset.kind = choice.kind;
}

/** The state that an address names: `#kind=vae&beta=8&steps=200`. */
function follow_address() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (![...asked.keys()].some((name) => name in choice || name === "steps")) return;
  play(false);
  for (const name of Object.keys(DEFAULTS)) {
    const options = [...page(name).options].map((option) => option.value);
    choose(name, options.includes(asked.get(name)) ? asked.get(name) : DEFAULTS[name]);
  }
  reset();
  steps(Math.min(Number(asked.get("steps")) || 0, 20_000));
  draw();
  say();
}

page("play").addEventListener("click", () => play(!playing));
page("one").addEventListener("click", () => {
  play(false);
  step();
  measure();
  draw();
  say();
});
page("reset").addEventListener("click", () => {
  play(false);
  reset();
  draw();
  say("Reset. ");
});
for (const name of Object.keys(DEFAULTS))
  page(name).addEventListener("change", () => {
    choose(name, page(name).value);
    draw();
    if (!playing) say();
  });
addEventListener("hashchange", follow_address);

/** Colors or sizes are other ones. */
function repaint() {
  read_theme();
  draw();
}

document.querySelector("main").hidden = false;
for (const [name, value] of Object.entries(DEFAULTS)) page(name).value = value;
document.documentElement.dataset.kind = choice.kind;
reset();
repaint();
follow_address();
new ResizeObserver(repaint).observe(page("map"));
for (const query of ["(prefers-color-scheme: dark)", "print"])
  matchMedia(query).addEventListener("change", repaint);
