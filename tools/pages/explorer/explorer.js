// The page: one point z, and all that shows it or moves it.

const page = (id) => document.getElementById(id);
const data = JSON.parse(page("data").textContent);
const models = data.models.map((model) => ({
  ...model,
  weights: Object.fromEntries(
    Object.entries(model.weights).map(([name, text]) => [name, floats(text)]),
  ),
}));
const encoder = models.find((model) => model.networks.encode);
const map = new LatentMap(page("map"), {
  ...data.space,
  codes: floats(data.space.codes),
  classOf: words(data.space.classOf),
});
const origin = Float32Array.from(data.space.center); // of the prior, or the mean code
const STRIP = 9; // images of the walk that stand side by side

let z; // what is decoded,
let settled; // and where z returns to when a hovering pointer leaves the map
let posterior = null; // {mean, logvar} of what is drawn; without logvar it is a point
let ends = []; // of the walk: A and B
let seen = null; // the drawing as the encoder sees it
let asked = false; // whether a frame is on its way
let playing = null; // when the walk began
let speaking = null; // the timer of the status line
const speeds = []; // milliseconds of the last decodings

/** Go to a point; `hover`: only while the pointer is there. */
function go(to, hover = false) {
  z = Float32Array.from(to);
  if (!hover) settled = z;
  refresh();
}

/** Draw anew in the next frame, however often this is called before. */
function refresh() {
  if (!asked) requestAnimationFrame(draw);
  asked = true;
}

/** Everything that depends on z. */
function draw() {
  asked = false;
  models.forEach((model, k) => show(pictures[k], decoded(model, z)));
  map.draw(z, posterior?.logvar ? posterior : null, ends);
  sliders.forEach(({ input, value }, i) => {
    input.value = z[i];
    value.textContent = z[i].toFixed(2);
  });
  clearTimeout(speaking);
  if (playing === null) speaking = setTimeout(speak, 150); // not while something moves
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

/** Say in words where z is. */
function speak() {
  const first = Array.from(z.slice(0, 4), (value) => value.toFixed(2)).join(", ");
  const near = map.classNear(z);
  const where = near === undefined ? "" : `. Most codes near by are of class ${near}`;
  page("status").textContent = `z = (${first}${z.length > 4 ? ", …" : ""})${where}.`;
  const last = speeds.slice(-200); // the clock is coarse, their mean is not
  const mean = last.reduce((sum, time) => sum + time, 0) / last.length;
  page("speed").textContent =
    `Decoding an image takes ${mean.toFixed(2)} ms here, the mean of the last ` +
    `${last.length}; at 60 frames a second there are 16.7 ms for each.`;
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

function setEnds(a, b) {
  ends = [a, b].map((end) => Float32Array.from(end));
  drawStrip();
  refresh();
}

/** One frame of the walk: A to B and back in four seconds. */
function step(now) {
  if (playing === null) return;
  const share = (1 - Math.cos(((now - playing) / 4000) * 2 * Math.PI)) / 2;
  page("share").value = share;
  go(between(...ends, share));
  requestAnimationFrame(step);
}

function play(on) {
  playing = on ? performance.now() : null;
  page("play").textContent = on ? "Stop" : "Play";
  if (on) requestAnimationFrame(step);
  else refresh();
}

/** The drawing has changed: encode it, and go where it lies. */
function encodeDrawing() {
  const gray = pad.pixels();
  const binary = encoder.binarize !== "none"; // as the model saw its images
  seen = gray && (binary ? gray.map((ink) => (ink > 0.5 ? 1 : 0)) : gray);
  show(page("seen"), seen ?? new Float32Array(784));
  for (const id of ["mean", "sample", "clear"]) page(id).disabled = !seen;
  posterior = seen && { mean: run(encoder, "encode", seen) };
  if (seen && encoder.networks.logvar) posterior.logvar = run(encoder, "logvar", seen);
  page("posterior").textContent = seen ? describe(posterior) : "";
  if (seen) go(posterior.mean);
  else refresh();
}

function describe({ mean, logvar }) {
  const list = (numbers) =>
    Array.from(numbers.slice(0, 4), (x) => x.toFixed(2)).join(", ");
  const more = mean.length > 4 ? ", …" : "";
  if (!logvar) return `Its code: (${list(mean)}${more}).`;
  const deviation = logvar.map((value) => Math.exp(0.5 * value));
  const [center, spread] = [mean, deviation].map((x) => `(${list(x)}${more})`);
  return `q(z|x): mean ${center}, standard deviation ${spread}.`;
}

/** A code to decode: from the prior; else each number from some test code. */
function randomCode() {
  if (map.prior) return origin.map(normal);
  return origin.map((_, i) => map.code(Math.floor(Math.random() * map.count))[i]);
}

/** Everything as it was when the page was opened. */
function reset() {
  play(false);
  page("draw").checked = false;
  page("share").value = 0;
  light(null);
  [page("right").value, page("up").value] = [0, map.axes.length > 1 ? 1 : 0];
  chooseAxes();
  if (encoder) pad.clear();
  const other = map.classOf.findIndex((c) => c !== map.classOf[0]);
  setEnds(
    ...[0, other].map((n) => (n >= 0 && n < map.count ? map.code(n) : randomCode())),
  );
  go(map.prior ? new Float32Array(origin.length) : origin);
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

/** An element of the page that is made here. */
function make(name, parent, properties = {}) {
  const element = Object.assign(document.createElement(name), properties);
  parent.append(element);
  return element;
}

const pictures = models.map((model) => {
  const figure = make("figure", page("pictures"));
  const canvas = make("canvas", figure, { width: 28, height: 28 });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `What ${model.name} decodes z to`);
  make("figcaption", figure, { textContent: model.name });
  return canvas;
});

const sliders = Array.from(origin, (_, i) => {
  const label = make("label", page("sliders"), { className: "slider" });
  make("span", label, { textContent: `z${i + 1}` });
  const values = Array.from({ length: map.count }, (_, n) => map.code(n)[i]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const limits = map.prior ? [Math.min(-4, low), Math.max(4, high)] : [low, high];
  const [min, max] = [Math.floor(limits[0]), Math.ceil(limits[1])];
  const input = make("input", label, { type: "range", min, max, step: "any" });
  const hidden = { className: "value", ariaHidden: "true" }; // the slider says it
  const value = make("span", label, hidden);
  input.addEventListener("input", () => go(z.with(i, Number(input.value))));
  return { input, value };
});

map.classes.forEach((name, c) => {
  const button = make("button", page("legend"));
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const mark = document.createElementNS(space, "polygon");
  svg.setAttribute("viewBox", "-1.1 -1.1 2.2 2.2");
  svg.setAttribute("aria-hidden", "true");
  mark.setAttribute("points", MARKS[c % MARKS.length].join(" "));
  svg.append(mark);
  button.append(svg, name);
  button.addEventListener("click", () => light(map.lit === c ? null : c));
});

for (const [id, chosen] of [["right", 0], ["up", 1]]) {
  data.space.names.forEach((name, k) =>
    make("option", page(id), { value: k, textContent: name }),
  );
  page(id).value = chosen;
  page(id).addEventListener("change", () => {
    const other = page(id === "right" ? "up" : "right");
    if (other.value === page(id).value)
      other.value = map.chosen[id === "right" ? 0 : 1];
    chooseAxes();
  });
}

const canvas = page("map");
canvas.addEventListener("pointermove", (event) => {
  const pressed = event.buttons > 0;
  if (playing === null) go(map.moved(settled, map.under(event)), !pressed);
});
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  play(false);
  go(map.moved(settled, map.under(event)));
});
canvas.addEventListener("pointerleave", () => playing === null && go(settled));
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

const pad = encoder && new Pad(page("pad"), encodeDrawing);
page("encoder").hidden = !encoder;
page("no-encoder").hidden = Boolean(encoder);
page("or-draw").hidden = !encoder;
page("sample").hidden = !encoder?.networks.logvar;
page("draw").parentElement.hidden = !models.some((model) => model.draws);
page("axes").hidden = map.axes.length < 3;
page("rings").hidden = !map.prior;
page("random").textContent = map.prior
  ? "Draw z from the prior"
  : "Draw each number by itself";
Object.assign(page("strip"), { width: 28 * STRIP, height: 28 * models.length });

const on = (id, action, event = "click") => page(id).addEventListener(event, action);
const stopAnd = (action) => () => (play(false), action());
on("random", stopAnd(() => go(randomCode())));
on("reset", reset);
on("draw", refresh, "change");
on("mean", stopAnd(() => go(posterior.mean)));
on("sample", stopAnd(() => go(reparameterize(posterior.mean, posterior.logvar))));
on("clear", () => pad.clear());
on("play", () => play(playing === null));
on("set-a", stopAnd(() => setEnds(settled, ends[1])));
on("set-b", stopAnd(() => setEnds(ends[0], settled)));
on("share", stopAnd(() => go(between(...ends, Number(page("share").value)))), "input");

/** Colors or sizes are other ones. */
function repaint() {
  map.resize();
  map.stale = true;
  [...page("legend").querySelectorAll("polygon")].forEach((mark, c) =>
    mark.setAttribute("fill", colorOf(c)),
  );
  if (encoder) {
    pad.draw();
    show(page("seen"), seen ?? new Float32Array(784));
  }
  drawStrip();
  draw(); // paper does not wait for the next frame
}

z = origin;
for (let k = 0; k < 100; k++) models.forEach((model) => decoded(model, z)); // warms up
reset();
repaint();
new ResizeObserver(repaint).observe(canvas);
for (const query of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(query).addEventListener("change", repaint);
}
