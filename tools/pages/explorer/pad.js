// The pad: draw a digit, and get it as MNIST would have made it.

const PEN = 2.5; // pixels of 28, about as wide as in MNIST

class Pad {
  /** `changed` is called whenever the drawing is another one. */
  constructor(canvas, changed) {
    Object.assign(this, {
      canvas,
      changed,
      strokes: [],
      cursor: [0.5, 0.5],
      down: false,
    });
    this.small = new OffscreenCanvas(28, 28).getContext("2d", {
      willReadFrequently: true,
    });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.down = false;
      this.strokes.push([this.place(event)]);
      this.update();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      const all = event.getCoalescedEvents();
      for (const part of all.length ? all : [event])
        this.strokes.at(-1).push(this.place(part));
      this.update();
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
    for (const name of ["focus", "blur"])
      canvas.addEventListener(name, () => this.draw());
  }

  /** Where a pointer is, in [0, 1]. */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
    ];
  }

  /** Arrows move the pen, the space bar sets it down and lifts it. */
  key(event) {
    const way = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    }[event.key];
    if (!way && event.key !== " ") return;
    event.preventDefault(); // else the page scrolls
    if (way)
      this.cursor = this.cursor.map((x, k) =>
        Math.min(0.96, Math.max(0.04, x + 0.04 * way[k])),
      );
    else this.down = !this.down;
    if (this.down && way) this.strokes.at(-1).push(this.cursor);
    else if (this.down) this.strokes.push([this.cursor]);
    if (this.down) this.update();
    else this.draw();
  }

  clear() {
    this.strokes = [];
    this.down = false;
    this.update();
  }

  update() {
    this.draw();
    this.changed();
  }

  draw() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!side) return;
    this.canvas.width = this.canvas.height = side; // which also empties it
    const pen = this.canvas.getContext("2d");
    trace(pen, this.strokes, themed("--ink"), (PEN / 28) * side, ([x, y]) => [
      x * side,
      y * side,
    ]);
    if (
      document.activeElement !== this.canvas ||
      !this.canvas.matches(":focus-visible")
    )
      return;
    pen.beginPath();
    pen.arc(this.cursor[0] * side, this.cursor[1] * side, 0.03 * side, 0, 7);
    pen.lineWidth = 2 * devicePixelRatio;
    pen.strokeStyle = themed("--link");
    pen.stroke();
    pen.fillStyle = themed("--link");
    if (this.down) pen.fill();
  }

  /** Gray, 20 pixels high or wide, center of mass in the middle.  -> (784), or null */
  pixels() {
    const points = this.strokes.flat();
    if (!points.length) return null;
    const [low, high] = [Math.min, Math.max].map((end) =>
      [0, 1].map((k) => end(...points.map((p) => p[k]))),
    );
    const size = Math.max(high[0] - low[0], high[1] - low[1], 0.2); // a dot stays a dot
    const scale = (20 - PEN) / size;
    let shift = [0, 1].map((k) => 14 - (scale * (low[k] + high[k])) / 2);
    const mass = centerOfMass(this.render(scale, shift));
    shift = shift.map((x, k) => x + 14 - mass[k]);
    return this.render(scale, shift);
  }

  render(scale, shift) {
    this.small.clearRect(0, 0, 28, 28);
    trace(this.small, this.strokes, "#000", PEN, (place) =>
      place.map((x, k) => scale * x + shift[k]),
    );
    // Of red, green, blue, opacity, the last says how much ink there is.
    const { data } = this.small.getImageData(0, 0, 28, 28);
    return Float32Array.from({ length: 784 }, (_, i) => data[4 * i + 3] / 255);
  }
}

/** Draw strokes; `to` says where a point of the pad comes to lie. */
function trace(pen, strokes, color, width, to) {
  Object.assign(pen, {
    lineWidth: width,
    lineCap: "round",
    lineJoin: "round",
    strokeStyle: color,
  });
  for (const stroke of strokes) {
    pen.beginPath();
    pen.moveTo(...to(stroke[0]));
    stroke.forEach((point) => pen.lineTo(...to(point))); // of one point: a dot
    pen.stroke();
  }
}

/** Of an image, in pixels from its upper left corner.  (784) -> [right, down] */
function centerOfMass(image) {
  const sum = [0, 0, 0];
  image.forEach((ink, i) => {
    [(i % 28) + 0.5, Math.floor(i / 28) + 0.5, 1].forEach(
      (x, k) => (sum[k] += ink * x),
    );
  });
  return sum[2] ? [sum[0] / sum[2], sum[1] / sum[2]] : [14, 14];
}
