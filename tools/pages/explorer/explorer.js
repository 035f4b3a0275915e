// The page: one point z, and all that shows it or moves it.

const page = (id) => document.getElementById(id);
const fail = () => (page("still").hidden = !(page("main").hidden = true));
addEventListener("error", fail); // until the page stands
page("still").hidden = !(page("main").hidden = false);

const data = JSON.parse(page("data").textContent);
const views = data.views; // each has models that decode the same z, and their map
const examples = { ...data.examples, pixels: bytes(data.examples.pixels) };
const STRIP = 9; // images of the walk that stand side by side
const SAMPLES = 200; // importance samples
const SLIDERS = 8; // that are shown at first
const SLICE = 6; // milliseconds of a frame for what takes longer than a frame

let view, models, map, encoder, origin; // of the view that is shown
let pictures, sliders;
let z; // what is decoded,
let settled; // and where z returns to when a hovering pointer leaves the map
let posterior = null; // {mean, logvar} of what is encoded; without logvar it is a point
let ends = []; // of the walk: A and B
let chosenEnds = false; // whether somebody has chosen them
let picked = null; // the test image that is encoded, or else it is the drawing
let seen = null; // the image as the encoder sees it
let asked = false; // whether a frame is on its way
let playing = null; // when the walk began
let speaking = null; // the timer of the status line
let held = null; // the pointer that moves z
const speeds = []; // milliseconds of the last decodings
const jobs = new Map(); // name: a generator, which works a little in each frame

/** A view with its numbers; they are unpacked when it is used for the first time. */
function unpacked(view) {
  if (view.map) return view;
  const unpack = ([name, text]) => [name, floats(text)];
  view.models.forEach((model) => {
    model.weights = Object.fromEntries(Object.entries(model.weights).map(unpack));
  });
  const { codes, classOf } = view.space;
  const numbers = { codes: floats(codes), classOf: words(classOf) };
  view.map = new LatentMap(page("map"), { ...view.space, ...numbers });
  view.encoder = view.models.find((model) => model.networks.encode);
  return view;
}

/** Go to a point; `hover`: only while the pointer is there. */
function go(to, hover = false) {
  z = Float32Array.from(to);
  if (!hover) {
    if (map.latentDim > 2 && settled && differs(map.moved(z, map.plane(settled)), settled))
      map.ready = false; // another plane runs through z
    settled = z;
  }
  refresh();
}

const differs = (a, b) => a.some((x, i) => Math.abs(x - b[i]) > 1e-4);

/** Draw anew in the next frame, however often this is called before. */
function refresh() {
  if (!asked) requestAnimationFrame(draw);
  asked = true;
}

/** Everything that depends on z. */
function draw() {
  asked = false;
  models.forEach((model, k) => show(pictures[k], decoded(model, z)));
  map.draw(z, settled, posterior?.logvar ? posterior : null, ends);
  sliders.forEach(({ input, value }, i) => {
    input.value = z[i];
    value.textContent = z[i].toFixed(2);
  });
  const share = page("share");
  const away = differs(between(...ends, Number(share.value)), z);
  share.classList.toggle("away", away);
  const percent = `${Math.round(100 * share.value)}% of the way`;
  share.setAttribute("aria-valuetext", away ? "z is not on the way" : percent);
  clearTimeout(speaking);
  if (playing === null) speaking = setTimeout(rest, 150); // not while something moves
}

/** Pixels of z: probabilities, or drawn from them; a GAN's are gray levels. */
function decoded(model, z) {
  const start = performance.now();
  const probabilities = run(model, "decode", z);
  speeds.push(performance.now() - start);
  const drawn = page("draw").checked && model.draws;
  return drawn ? bernoulli(probabilities) : probabilities;
}

/** An image of 28 x 28 in the page's colors, at a column and row of such images. */
function show(canvas, image, column = 0, row = 0) {
  const [paper, ink] = [rgb(themed("--paper")), rgb(themed("--ink"))];
  const pixels = new ImageData(28, 28);
  image.forEach((p, i) => {
    for (const k of [0, 1, 2])
      pixels.data[4 * i + k] = paper[k] + p * (ink[k] - paper[k]);
    pixels.data[4 * i + 3] = 255;
  });
  canvas.getContext("2d").putImageData(pixels, 28 * column, 28 * row);
}

/** Let a generator work, in place of an earlier one of that name. */
function spread(name, job) {
  if (!jobs.size) requestAnimationFrame(work);
  jobs.set(name, job);
}

function work() {
  const start = performance.now();
  for (const [name, job] of jobs) {
    while (performance.now() - start < SLICE) {
      if (!job.next().done) continue;
      jobs.delete(name);
      refresh();
      break;
    }
  }
  if (jobs.size) requestAnimationFrame(work);
}

/** Nothing moves any more: say where z is, in words and in the address. */
function rest() {
  page("status").textContent = `z = ${list(z)}. ${surroundings()}`;
  const last = speeds.slice(-200); // the clock is coarse, their mean is not
  const mean = last.reduce((sum, time) => sum + time, 0) / last.length;
  page("speed").textContent =
    `Decoding an image takes ${mean.toFixed(2)} ms here, the mean of the last ` +
    `${last.length} images. At 60 frames a second, 16.7 ms are available.`;
  if (map.shows.decoded && !map.ready) spread("plane", map.decodePlane(models[0], z));
  history.replaceState(null, "", `#${address()}`);
}

const list = (numbers) => {
  const first = Array.from(numbers.slice(0, 4), (x) => x.toFixed(2)).join(", ");
  return `(${first}${numbers.length > 4 ? ", …" : ""})`;
};

/** Which test codes are near z. */
function surroundings() {
  if (!map.count) return "";
  const { distance, far, votes } = map.near(z);
  const all = map.count.toLocaleString("en");
  if (far)
    return `No test code is near: the nearest of ${all} is ${distance.toFixed(2)} away.`;
  if (map.classes.length < 2) return "";
  const counts = votes.slice(0, 3).map(([name, n], k) => {
    return k ? `${n} of class ${name}` : `${n} ${n > 1 ? "are" : "is"} of class ${name}`;
  });
  const near = Math.min(NEAR, map.count);
  return `Of the ${near} nearest test codes, ${counts.join(", ")}.`;
}

/** The state of the page, as it stands in the address. */
function address() {
  const exact = (numbers) => Array.from(numbers, (x) => +x.toFixed(3)).join(",");
  const state = {
    model: views.length > 1 && views.indexOf(view) + 1,
    image: picked !== null && picked,
    a: chosenEnds && exact(ends[0]),
    b: chosenEnds && exact(ends[1]),
    z: exact(settled),
    class: map.lit !== null && map.lit,
    axes: map.axes.length > 2 && map.chosen.join(),
    plane: map.shows.decoded && 1,
    pixels: page("draw").checked && 1,
  };
  const told = Object.entries(state).filter(([, value]) => value !== false);
  return told.map((pair) => pair.join("=")).join("&");
}

/** Take over the state that an address holds; what it does not say stays as it is. */
function follow(text) {
  const state = new URLSearchParams(text);
  const number = (name, count) => {
    const value = state.get(name);
    return /^\d+$/.test(value ?? "") && Number(value) < count ? Number(value) : null;
  };
  const code = (name) => {
    const numbers = (state.get(name) ?? "").split(",").map(parseFloat);
    const right = numbers.length === map.latentDim && numbers.every(Number.isFinite);
    return right ? numbers.map((x) => Math.max(-99, Math.min(99, x))) : null;
  };
  play(false);
  const model = number("model", views.length + 1);
  if (model && views[model - 1] !== view) change(model - 1);
  if (number("image", examples.labels.length) !== null && encoder)
    pick(number("image", examples.labels.length));
  if (code("a") || code("b")) setEnds(code("a") ?? ends[0], code("b") ?? ends[1], true);
  if (state.has("share")) page("share").value = parseFloat(state.get("share")) || 0;
  const way = state.has("share") && between(...ends, Number(page("share").value));
  if (code("z") || way) go(code("z") ?? way);
  if (state.has("class")) light(number("class", map.classes.length));
  const axes = (state.get("axes") ?? "").split(",").map(Number);
  if (axes.length === 2 && axes[0] !== axes[1] && axes.every((k) => map.axes[k])) {
    [page("right").value, page("up").value] = axes;
    chooseAxes();
  }
  if (state.has("pixels")) page("draw").checked = state.get("pixels") === "1";
  if (state.has("plane")) page("decoded").checked = state.get("plane") === "1";
  if (state.get("sliders") === "all") showSliders();
  showLayers();
}

/** Images on the way, one row for each model. */
function drawStrip() {
  models.forEach((model, row) => {
    for (let column = 0; column < STRIP; column++) {
      const image = run(model, "decode", between(...ends, column / (STRIP - 1)));
      show(page("strip"), image, column, row);
    }
  });
}

function setEnds(a, b, chosen = false) {
  ends = [a, b].map((end) => Float32Array.from(end));
  chosenEnds = chosen;
  drawStrip();
  refresh();
}

/** One frame of the walk: A to B and back in four seconds. */
function step(now) {
  if (playing === null) return;
  walk((1 - Math.cos(((now - playing) / 4000) * 2 * Math.PI)) / 2);
  requestAnimationFrame(step);
}

function walk(share) {
  page("share").value = share;
  go(between(...ends, share));
}

function play(on) {
  playing = on ? performance.now() : null;
  page("play").textContent = on ? "Stop" : "Play";
  if (on) requestAnimationFrame(step);
  else refresh();
}

/** The image is another one: encode it, and go where it lies. */
function encodeImage() {
  play(false);
  const gray = picked === null ? pad.pixels() : example(picked);
  const binary = encoder.binarize !== "none"; // as the model saw its images
  seen = gray && (binary ? gray.map((ink) => (ink > 0.5 ? 1 : 0)) : gray);
  show(page("seen"), seen ?? new Float32Array(784));
  page("original").hidden = !seen;
  for (const id of ["mean", "sample", "clear"]) page(id).disabled = !seen;
  page("undo").disabled = !pad.strokes.length;
  for (const [k, { input }] of choices.entries()) input.checked = k === picked;
  const [mean, logvar] = seen ? encode(encoder, seen) : [];
  posterior = seen && { mean, logvar };
  page("posterior").textContent = seen ? describe(posterior) : "";
  if (seen) spread("measure", measureAll());
  page("measured").hidden = !seen;
  if (seen) go(posterior.mean);
  else refresh();
}

function describe({ mean, logvar }) {
  if (!logvar) return `Its code is ${list(mean)}.`;
  const deviation = logvar.map((value) => Math.exp(0.5 * value));
  return `q(z|x) has the mean ${list(mean)} and the standard deviation ${list(deviation)}.`;
}

/** A test image from 0 to 1. */
function example(number) {
  const pixels = examples.pixels.subarray(784 * number, 784 * (number + 1));
  return Float32Array.from(pixels, (level) => level / 255);
}

function pick(number) {
  picked = number;
  pad.strokes = [];
  pad.draw();
  encodeImage();
}

/** How well a model explains an image, by draws of z from q(z|x), in nats. */
function* measure(model, x) {
  const [mu, logvar] = encode(model, x);
  if (!logvar) return { log_px_z: log_likelihood(decode(model, mu), x) };
  const weights = [];
  while (weights.length < SAMPLES) {
    weights.push(log_weight(model, x, mu, logvar, mu.map(normal)));
    yield;
  }
  const log_px_z = weights.reduce((sum, [fit]) => sum + fit, 0) / SAMPLES;
  const kl = kl_divergence(mu, logvar);
  const log_px = importance_weighted_bound(weights.map(([, log_w]) => log_w));
  return { log_px_z, kl, elbo: log_px_z - kl, log_px };
}

/** That of the model that is shown; then of the other one. */
function* measureAll() {
  page("other").textContent = "";
  const image = seen;
  showMeasure(yield* measure(encoder, image));
  for (const other of views) {
    if (other === view || !unpacked(other).encoder) continue;
    if (!other.encoder.networks.logvar || other.encoder.binarize !== encoder.binarize)
      continue;
    const { log_px_z, kl, elbo } = yield* measure(other.encoder, image);
    page("other").textContent =
      `The other model, ${other.encoder.name}: ELBO ${elbo.toFixed(1)} nats = ` +
      `${log_px_z.toFixed(1)} - ${kl.toFixed(1)}.`;
  }
}

/** Bars and numbers of what `measure` gives. */
function showMeasure(result) {
  page("measured").result = result;
  const costs = Object.values(result).map(Math.abs);
  const scale = 100 / Math.max(...costs);
  const bar = (id, ...values) => {
    let from = 0;
    [...page(id).querySelectorAll("rect")].forEach((part, k) => {
      part.setAttribute("x", `${from}%`);
      part.setAttribute("width", `${Math.max(0, values[k]) * scale}%`);
      from += values[k] * scale;
    });
    const sum = values.reduce((total, value) => total - value, 0);
    page(id).querySelector(".nats").textContent = sum.toFixed(1);
  };
  const { log_px_z, kl, elbo, log_px } = result;
  const isVae = kl !== undefined;
  bar("nats-fit", -log_px_z);
  for (const id of ["nats-kl", "nats-elbo", "nats-px"]) page(id).hidden = !isVae;
  if (isVae) {
    bar("nats-kl", kl);
    bar("nats-elbo", -log_px_z, kl);
    bar("nats-px", -log_px);
  }
  page("nats-px").hidden = !isVae || encoder.binarize === "none";
  const all = view.space.measured;
  page("among").hidden = !all.length;
  if (!all.length) return;
  const value = elbo ?? log_px_z;
  const below = all.filter((other) => other < value).length;
  const share = Math.max(0, below - 1); // of percentiles, from 0 to 100
  page("rank").textContent =
    `${isVae ? "The ELBO" : "log p(x|z)"}, ${value.toFixed(1)} nats, is higher than that ` +
    `of ${share}% of the test images. Their median is ${all[50].toFixed(1)} nats.`;
  const [low, high] = [Math.min(all[0], value), Math.max(all[100], value)];
  const place = (x) => `${2 + (96 * (x - low)) / (high - low || 1)}%`;
  page("ticks").replaceChildren();
  for (const x of [...all, value]) {
    const own = x === value;
    const line = svg("line", page("ticks"), { x1: place(x), x2: place(x), y2: "100%" });
    line.setAttribute("y1", own ? "0" : "40%");
    if (own) line.setAttribute("class", "own");
  }
}

/** A code to decode: from the prior; else each number from some test code. */
function randomCode() {
  if (map.prior) return origin.map(normal);
  return origin.map((_, i) => map.code(Math.floor(Math.random() * map.count))[i]);
}

/** Where a visit begins: at a test image, else at some point near the middle. */
function start() {
  picked = examples.labels.length && encoder ? Math.max(0, examples.numbers.indexOf(0)) : null;
  if (encoder) {
    pad.strokes = [];
    pad.draw();
    encodeImage();
  }
  if (picked === null) go(map.prior ? origin.map((_, i) => Math.sin(3 * i + 1)) : origin);
}

/** The walk from z to a test code of another class. */
function firstWalk() {
  const other = map.classOf.findIndex((c) => c !== map.classOf[0]);
  page("share").value = 0;
  setEnds(settled, other > 0 ? map.code(other) : randomCode());
}

/** Everything as it was when the page was opened. */
function reset() {
  play(false);
  page("draw").checked = page("decoded").checked = false;
  page("codes").checked = true;
  showLayers();
  light(null);
  [page("right").value, page("up").value] = [0, map.axes.length > 1 ? 1 : 0];
  chooseAxes();
  start();
  firstWalk();
}

/** Show one class alone; null: all of them. */
function light(c) {
  map.lit = c;
  map.stale = true;
  [...page("legend").children].forEach((button, n) =>
    button.setAttribute("aria-pressed", n === c),
  );
  refresh();
}

function chooseAxes() {
  map.choose(Number(page("right").value), Number(page("up").value));
  refresh();
}

/** What the map shows: codes, and images of the plane. */
function showLayers() {
  map.shows = { codes: page("codes").checked, decoded: page("decoded").checked };
  map.shows.decoded ||= !map.count; // else the map would be empty
  map.stale = true;
  refresh();
}

/** An element of the page that is made here. */
function make(name, parent, properties = {}) {
  const element = Object.assign(document.createElement(name), properties);
  parent.append(element);
  return element;
}

/** The same of a drawing. */
function svg(name, parent, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const pair of Object.entries(attributes)) element.setAttribute(...pair);
  parent.append(element);
  return element;
}

/** A picture, named for those who do not see it. */
function image(parent, text) {
  const canvas = make("canvas", parent, { width: 28, height: 28 });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text);
  return canvas;
}

function makePictures() {
  page("pictures").replaceChildren();
  pictures = models.map((model) => {
    const figure = make("figure", page("pictures"));
    const canvas = image(figure, `What ${model.name} decodes z to`);
    make("figcaption", figure, { textContent: model.name });
    return canvas;
  });
}

/** One for each latent variable, those that say most first. */
function makeSliders() {
  page("sliders").replaceChildren();
  const { kl, unused } = view.space;
  sliders = Array.from(origin, (_, i) => {
    const label = make("label", page("sliders"), { className: "slider" });
    make("span", label, { textContent: `z${i + 1}` });
    const values = Array.from({ length: map.count }, (_, n) => map.code(n)[i]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const limits = map.prior ? [Math.min(-4, low), Math.max(4, high)] : [low, high];
    const [min, max] = [Math.floor(limits[0]), Math.ceil(limits[1])];
    const input = make("input", label, { type: "range", min, max, step: "any" });
    input.dataset.i = i;
    const value = make("span", label, { className: "value" });
    value.setAttribute("aria-hidden", "true"); // the slider says it
    if (kl.length > 1 && encoder.networks.logvar) {
      make("span", label, { className: "kl", textContent: `KL ${kl[i].toFixed(1)}` });
      label.classList.toggle("unused", kl[i] < unused);
    }
    input.addEventListener("input", () => {
      play(false);
      go(z.map((x, k) => (k === i ? Number(input.value) : x)));
    });
    return { input, value, label };
  });
  const order = [...sliders.keys()].sort((a, b) => (kl[b] ?? 0) - (kl[a] ?? 0));
  order.forEach((i, n) => {
    sliders[i].label.hidden = n >= SLIDERS;
    page("sliders").append(sliders[i].label);
  });
  page("more").hidden = sliders.length <= SLIDERS;
  page("more").textContent = `Show all ${sliders.length}, not only the first ${SLIDERS}`;
  page("ordered").hidden = kl.length < 2 || !encoder.networks.logvar;
}

/** All of them. */
function showSliders() {
  sliders.forEach(({ label }) => (label.hidden = false));
  page("more").hidden = true;
}

function makeLegend() {
  page("legend").replaceChildren();
  page("legend").hidden = map.classes.length < 2;
  map.classes.forEach((name, c) => {
    const button = make("button", page("legend"));
    const box = { viewBox: "-1.3 -1.3 2.6 2.6", "aria-hidden": "true" };
    const points = MARKS[c % MARKS.length].join(" ");
    svg("polygon", svg("svg", button, box), { points, "stroke-width": 0.3 });
    button.append(name);
    button.addEventListener("click", () => light(map.lit === c ? null : c));
  });
}

function makeMenus() {
  for (const [id, chosen] of [["right", 0], ["up", 1]]) {
    page(id).replaceChildren();
    view.space.names.forEach((name, k) =>
      make("option", page(id), { value: k, textContent: name }),
    );
    page(id).value = chosen;
  }
}

/** Show a view. */
function use(number) {
  view = unpacked(views[number]);
  ({ models, map, encoder } = view);
  origin = Float32Array.from(view.space.center); // of the prior, or the mean code
  settled = undefined;
  makePictures();
  makeSliders();
  makeLegend();
  makeMenus();
  const isVae = Boolean(encoder?.networks.logvar);
  const shown = {
    own: encoder,
    bound: encoder,
    "no-encoder": !encoder,
    "or-draw": encoder,
    sample: isVae,
    "about-q": isVae,
    "about-elbo": isVae,
    "about-fit": !isVae,
    "about-score": encoder?.binarize === "none",
    "about-px": encoder?.binarize !== "none",
    axes: map.axes.length > 2,
    rings: map.prior && !map.flat,
    lines: map.prior && map.flat,
    layers: map.count,
    examples: examples.labels.length,
  };
  for (const [id, yes] of Object.entries(shown)) page(id).hidden = !yes;
  page("draw").parentElement.hidden = !models.some((model) => model.draws);
  for (const element of document.querySelectorAll("[data-view]"))
    element.hidden = Number(element.dataset.view) !== number;
  for (const input of document.querySelectorAll("#views input"))
    input.checked = Number(input.value) === number;
  page("main").classList.toggle("no-encoder", !encoder);
  page("random").textContent = map.prior
    ? "Draw z from the prior"
    : "Draw each latent variable by itself";
  Object.assign(page("strip"), { width: 28 * STRIP, height: 28 * models.length });
  for (const name of [...jobs.keys()]) jobs.set(name, [].values()); // ends
  map.resize();
  map.stale = true;
  colorLegend();
}

/** Another view of the same image. */
function change(number) {
  play(false);
  use(number);
  showLayers();
  if (encoder && (picked !== null || pad.strokes.length)) encodeImage();
  else start();
  firstWalk();
}

for (const id of ["right", "up"]) {
  page(id).addEventListener("change", () => {
    const other = page(id === "right" ? "up" : "right");
    if (other.value === page(id).value)
      other.value = map.chosen[id === "right" ? 0 : 1];
    chooseAxes();
  });
}

const canvas = page("map");
const under = (event) => map.moved(settled, map.inside(map.under(event)));
canvas.addEventListener("pointerdown", (event) => {
  if (event.button || held !== null) return;
  held = event.pointerId;
  canvas.setPointerCapture(held);
  play(false);
  if (event.pointerType !== "touch") go(under(event)); // a finger may want to scroll
});
canvas.addEventListener("pointermove", (event) => {
  if (held === null ? playing !== null : event.pointerId !== held) return;
  go(under(event), held === null || event.pointerType === "touch");
});
canvas.addEventListener("pointerup", (event) => {
  if (event.pointerId !== held) return;
  held = null;
  go(under(event));
});
canvas.addEventListener("pointercancel", (event) => {
  if (event.pointerId !== held) return;
  held = null;
  go(settled);
});
canvas.addEventListener("pointerleave", () => {
  if (held === null && playing === null) go(settled);
});
canvas.addEventListener(
  "touchstart",
  (event) => {
    const box = canvas.getBoundingClientRect();
    const [{ clientX, clientY }] = event.touches;
    const [x, y] = map
      .toPixels(map.inside(map.plane(settled)))
      .map((pixel) => (pixel * box.width) / canvas.width);
    const far = Math.hypot(clientX - box.left - x, clientY - box.top - y);
    if (far < 32) event.preventDefault(); // the marker is dragged, the page stays
  },
  { passive: false },
);
canvas.addEventListener("keydown", (event) => {
  const ways = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
  };
  const way = ways[event.key];
  if (!way) return;
  event.preventDefault(); // else the page scrolls
  play(false);
  const far = map.reach / (event.shiftKey ? 8 : 40);
  go(map.moved(z, map.inside(map.plane(z).map((x, k) => x + far * way[k]))));
});

const pad = new Pad(page("pad"), () => {
  picked = null;
  encodeImage();
});

const choices = examples.labels.map((name, k) => {
  const label = make("label", page("examples"));
  const value = { type: "radio", name: "example", value: k };
  const input = make("input", label, value);
  const text = name === "?" ? "" : `, class ${name}`;
  const canvas = image(label, `test image ${examples.numbers[k]}${text}`);
  input.addEventListener("change", () => pick(k));
  return { input, canvas };
});

const on = (id, action, event = "click") => page(id).addEventListener(event, action);
const stopAnd = (action) => () => (play(false), action());
on("random", stopAnd(() => go(randomCode())));
on("reset", reset);
on("draw", refresh, "change");
on("codes", showLayers, "change");
on("decoded", showLayers, "change");
on("mean", stopAnd(() => go(posterior.mean)));
on("sample", stopAnd(() => {
  const { mean, logvar } = posterior;
  go(reparameterize(mean, logvar, mean.map(normal)));
}));
on("undo", () => pad.undo());
on("clear", () => pad.clear());
on("play", () => play(playing === null));
on("set-a", stopAnd(() => {
  page("share").value = 0;
  setEnds(settled, ends[1], true);
}));
on("set-b", stopAnd(() => {
  page("share").value = 1;
  setEnds(ends[0], settled, true);
}));
on("share", stopAnd(() => walk(Number(page("share").value))), "input");
on("strip", (event) => {
  play(false);
  const box = page("strip").getBoundingClientRect();
  const column = Math.floor((STRIP * (event.clientX - box.left)) / box.width);
  walk(Math.min(STRIP - 1, Math.max(0, column)) / (STRIP - 1));
});
on("more", showSliders);
for (const input of document.querySelectorAll("#views input"))
  input.addEventListener("change", () => change(Number(input.value)));

function colorLegend() {
  [...page("legend").querySelectorAll("polygon")].forEach((mark, c) => {
    mark.setAttribute("fill", colorOf(c));
    mark.setAttribute("stroke", rimOf(c));
  });
}

/** Colors or sizes are other ones. */
function repaint() {
  map.resize();
  map.stale = true;
  colorLegend();
  pad.draw();
  show(page("seen"), seen ?? new Float32Array(784));
  drawStrip();
  draw(); // paper does not wait for the next frame
}

/** Light has become dark, say: what was decoded has the old colors. */
function recolor() {
  map.ready = false;
  choices.forEach(({ canvas }, k) => show(canvas, example(k)));
  repaint();
}

use(0);
reset();
if (location.hash) follow(location.hash.slice(1));
recolor();
addEventListener("hashchange", () => follow(location.hash.slice(1)));
new ResizeObserver(repaint).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
const closed = [...document.querySelectorAll("details")]; // which paper shows open
matchMedia("print").addEventListener("change", ({ matches }) => {
  for (const part of closed) part.open = matches;
  recolor();
});
removeEventListener("error", fail);
