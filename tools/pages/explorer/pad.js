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
      down: false, // the pen that the keys move
      pointer: null, // that draws now
    });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button || this.pointer !== null) return; // one finger, or pen, draws
      this.pointer = event.pointerId;
      canvas.setPointerCapture(event.pointerId);
      this.down = false;
      this.strokes.push([this.place(event)]);
      this.update();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.pointer) return;
      const all = event.getCoalescedEvents?.() ?? []; // on https hosts alone
      for (const part of all.length ? all : [event])
        this.strokes.at(-1).push(this.place(part));
      this.update();
    });
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, (event) => {
        if (event.pointerId === this.pointer) this.pointer = null;
      });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => this.draw());
    canvas.addEventListener("blur", () => {
      this.down = false;
      this.draw();
    });
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
    this.undo();
  }

  /** Without its last stroke. */
  undo() {
    this.strokes.pop();
    this.down = false;
    this.pointer = null;
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
    this.canvas.classList.toggle("empty", !this.strokes.length);
    if (!this.strokes.length) {
      pen.fillStyle = themed("--quiet");
      pen.font = `${14 * devicePixelRatio}px sans-serif`;
      pen.textAlign = "center";
      pen.fillText("draw here", side / 2, side / 2);
    }
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

  /** Ink of each pixel, by its distance from the strokes.  -> (784) */
  render(scale, shift) {
    const image = new Float32Array(784);
    for (const stroke of this.strokes) {
      const points = stroke.map((p) => p.map((x, k) => scale * x + shift[k]));
      points.forEach((end, n) => inkLine(image, points[Math.max(0, n - 1)], end));
    }
    return image;
  }
}

/** A line of the pen's width; of length 0 it is a dot. */
function inkLine(image, start, end) {
  const way = [end[0] - start[0], end[1] - start[1]];
  const length = way[0] ** 2 + way[1] ** 2;
  const [low, high] = [Math.min, Math.max].map((of, side) =>
    [0, 1].map((k) => {
      const edge = of(start[k], end[k]) + (side ? PEN : -PEN);
      return Math.min(27, Math.max(0, Math.floor(edge)));
    }),
  );
  for (let row = low[1]; row <= high[1]; row++) {
    for (let column = low[0]; column <= high[0]; column++) {
      const [dx, dy] = [column + 0.5 - start[0], row + 0.5 - start[1]];
      const along = length ? (dx * way[0] + dy * way[1]) / length : 0;
      const share = Math.min(1, Math.max(0, along));
      const distance = Math.hypot(dx - share * way[0], dy - share * way[1]);
      const ink = Math.min(1, Math.max(0, PEN / 2 + 0.5 - distance));
      const i = 28 * row + column;
      image[i] = Math.max(image[i], ink);
    }
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
    if (stroke.length === 1) {
      const [x, y] = to(stroke[0]);
      pen.lineTo(x + 0.01, y); // a dot: a line of no length is not drawn everywhere
    }
    stroke.forEach((point) => pen.lineTo(...to(point)));
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
