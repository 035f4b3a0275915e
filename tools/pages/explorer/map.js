// The map: a plane through latent space, with the test codes that lie near it.

// Ten colors (Petroff 2021) that color-blind eyes, too, tell apart, and seven marks:
// of seventy classes no two look alike.
const COLORS =
  "3f90da ffa90e bd1f01 94a4a2 832db6 a96b59 e76300 b9ac70 717581 92dadd".split(" ");
const MARKS = [
  star(6, 1, 0), // a circle
  star(2, 1, 45), // a square
  star(3, 0.5, -90), // a triangle
  star(4, 0.3, 0), // a star
  star(2, 1, 0), // a diamond
  star(3, 0.5, 90), // a triangle on its tip
  star(4, 0.3, 45), // a star like an x
];
const SHARES = [0.5, 0.9, 0.99]; // of a distribution that its rings hold
const NEAR = 15; // codes whose classes are counted
const GRID = 20; // decoded images along a side of the map

/** The 2n corners of a star, every other one as far out as `inner`. */
function star(n, inner, turn) {
  return Array.from({ length: 2 * n }, (_, k) => {
    const angle = (turn * Math.PI) / 180 + (k * Math.PI) / n;
    const radius = k % 2 ? inner : 1;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/** What the style sheet says for light, dark or paper. */
function themed(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** "#rrggbb" -> [r, g, b] */
function rgb(color) {
  return color.match(/[0-9a-f]{2}/gi).map((digits) => parseInt(digits, 16));
}

/** A class's color; lighter where the page is dark. */
function colorOf(number) {
  const lift = Number(themed("--lift"));
  const parts = rgb(COLORS[number % COLORS.length]);
  return `rgb(${parts.map((part) => Math.round(part + lift * (255 - part)))})`;
}

/** The edge of a class's marks, which has enough contrast where its color has not. */
function rimOf(number) {
  const dim = Number(themed("--rim"));
  return `rgb(${colorOf(number)
    .match(/\d+/g)
    .map((part) => Math.round(dim * part))})`;
}

/** The value below which a share of the numbers lies. */
function quantile(numbers, share) {
  const sorted = Float32Array.from(numbers).sort();
  return sorted[Math.round(share * (sorted.length - 1))];
}

class LatentMap {
  /** `space`: axes (K, Z), their center (Z), codes, classOf, classes, prior. */
  constructor(canvas, space) {
    Object.assign(this, space, { canvas });
    this.latentDim = space.center.length;
    this.count = space.classOf.length;
    this.lit = null; // the class that is shown alone
    this.background = document.createElement("canvas");
    this.decoded = document.createElement("canvas"); // images of the plane
    this.shows = { codes: true, decoded: false };
    this.choose(0, Math.min(1, this.axes.length - 1));
  }

  /** The two axes to show. */
  choose(right, up) {
    this.chosen = [right, up];
    this.flat = right === up; // of one latent variable: a line
    this.places = Array.from({ length: this.count }, (_, n) =>
      this.plane(this.code(n)),
    );
    const [u, v] = [0, 1].map((k) => {
      const numbers = this.places.map((place) => place[k]);
      const origin = this.plane(new Float32Array(this.latentDim))[k];
      let [low, high] = numbers.length
        ? [quantile(numbers, 0.005), quantile(numbers, 0.995)]
        : [origin, origin];
      if (this.prior)
        [low, high] = [Math.min(low, origin - 3.1), Math.max(high, origin + 3.1)];
      return { middle: (low + high) / 2, extent: (high - low) / 2 };
    });
    this.middle = [u.middle, v.middle];
    this.reach = 1.06 * Math.max(u.extent, v.extent, 1e-3); // to each edge
    const [rows, height] = [this.classes.length, 1.6 * this.reach];
    if (this.flat)
      this.places.forEach((place, n) => {
        place[1] = height * (0.5 - (this.classOf[n] + 0.5) / rows); // a row for a class
      });
    this.stale = true;
    this.drop();
  }

  code(number) {
    return this.codes.subarray(number * this.latentDim, (number + 1) * this.latentDim);
  }

  /** Where a code lies on the map.  (Z) -> [right, up] */
  plane(z) {
    const [right, up] = this.chosen.map((axis) =>
      this.axes[axis].reduce((sum, a, i) => sum + a * (z[i] - this.center[i]), 0),
    );
    return [right, this.flat ? 0 : up];
  }

  /** The code at another place of the plane that runs through z. */
  moved(z, place) {
    const here = this.plane(z);
    const moved = Float32Array.from(z);
    for (const k of this.flat ? [0] : [0, 1]) {
      this.axes[this.chosen[k]].forEach(
        (a, i) => (moved[i] += a * (place[k] - here[k])),
      );
    }
    return moved;
  }

  /** Pixels of the canvas <-> places */
  toPixels([u, v]) {
    const scale = this.canvas.width / 2 / this.reach;
    return [
      this.canvas.width / 2 + scale * (u - this.middle[0]),
      this.canvas.height / 2 - scale * (v - this.middle[1]),
    ];
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      this.middle[0] + this.reach * (((event.clientX - box.left) / box.width) * 2 - 1),
      this.middle[1] - this.reach * (((event.clientY - box.top) / box.height) * 2 - 1),
    ];
  }

  /** A place that is on the map. */
  inside(place) {
    const clip = (x, k) =>
      Math.min(this.reach, Math.max(-this.reach, x - this.middle[k]));
    return place.map((x, k) => this.middle[k] + clip(x, k));
  }

  /** Forget the images of the plane. */
  drop() {
    this.decoded.width = this.decoded.height = 28 * GRID; // which empties it
    this.ready = false;
  }

  /** Decode the plane through z, image after image; of a line, its lowest row. */
  *decodePlane(model, z) {
    this.drop();
    const step = (2 * this.reach) / GRID;
    for (let row = this.flat ? GRID - 1 : 0; row < GRID; row++) {
      for (let column = 0; column < GRID; column++) {
        const u = this.middle[0] - this.reach + step * (column + 0.5);
        const v = this.middle[1] + this.reach - step * (row + 0.5);
        show(this.decoded, run(model, "decode", this.moved(z, [u, v])), column, row);
        yield;
      }
    }
    this.ready = true;
    this.stale = true;
  }

  /** As many pixels as the screen shows. */
  resize() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!side || side === this.canvas.width) return;
    this.canvas.width = this.canvas.height = side;
    this.stale = true;
  }

  /** The point z, where it returns to, q(z|x) of what is encoded, the walk's ends. */
  draw(z, settled, posterior, ends) {
    if (this.stale) this.drawBackground();
    const pen = this.canvas.getContext("2d");
    const unit = devicePixelRatio;
    const ink = themed("--ink");
    pen.drawImage(this.background, 0, 0);
    pen.lineWidth = 2 * unit;
    pen.strokeStyle = pen.fillStyle = ink;
    this.drawWalk(pen, ends, unit);
    if (posterior) this.drawPosterior(pen, posterior);
    if (settled !== z) {
      pen.strokeStyle = ink;
      pen.setLineDash([3 * unit, 3 * unit]);
      pen.beginPath();
      pen.arc(...this.toPixels(this.plane(settled)), 12 * unit, 0, 7);
      pen.stroke();
      pen.setLineDash([]);
    }
    this.drawMarker(pen, this.plane(z), unit);
  }

  /** A cross in a circle; at the border an arrow to a place beyond it. */
  drawMarker(pen, place, unit) {
    const inside = this.inside(place);
    const way = place.map((x, k) => x - inside[k]);
    this.beyond = way.some((x) => Math.abs(x) > 1e-4 * this.reach);
    const [x, y] = this.toPixels(inside);
    for (const [color, width] of [
      [themed("--paper"), 5],
      [themed("--ink"), 2],
    ]) {
      pen.strokeStyle = color;
      pen.lineWidth = width * unit;
      pen.beginPath();
      if (this.beyond) {
        const turn = Math.atan2(-way[1], way[0]);
        for (const [far, side] of [[-30, 0], [-3, 0], [-15, -9], [-3, 0], [-15, 9]]) {
          const [cos, sin] = [Math.cos(turn) * unit, Math.sin(turn) * unit];
          pen.lineTo(x + far * cos - side * sin, y + far * sin + side * cos);
        }
      } else {
        pen.arc(x, y, 12 * unit, 0, 7);
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
          pen.moveTo(x + 8 * unit * dx, y + 8 * unit * dy);
          const far = this.flat && dy ? this.canvas.height : 18 * unit;
          pen.lineTo(x + far * dx, y + far * dy);
        }
      }
      pen.stroke();
    }
  }

  drawWalk(pen, ends, unit) {
    const places = ends.map((end) => this.toPixels(this.plane(end)));
    pen.setLineDash([6 * unit, 4 * unit]);
    pen.beginPath();
    places.forEach((place) => pen.lineTo(...place));
    pen.stroke();
    pen.setLineDash([]);
    places.forEach((place, k) =>
      this.drawBadge(pen, place, "AB"[k], themed("--ink"), true),
    );
  }

  /** Rings of the normal distribution q(z|x), as its shadow on the plane. */
  drawPosterior(pen, { mean, logvar }) {
    const place = this.toPixels(this.plane(mean));
    const scale = this.canvas.width / 2 / this.reach;
    const [a, b] = this.chosen.map((axis) => this.axes[axis]);
    const variance = (p, q) =>
      p.reduce((sum, x, i) => sum + x * q[i] * Math.exp(logvar[i]), 0);
    const [xx, xy, yy] = [
      variance(a, a),
      variance(a, b),
      this.flat ? 0 : variance(b, b),
    ];
    const spread = Math.hypot((xx - yy) / 2, this.flat ? 0 : xy);
    const turn = Math.atan2(this.flat ? 0 : xy, (xx - yy) / 2) / 2;
    pen.strokeStyle = pen.fillStyle = themed("--link");
    pen.lineWidth = devicePixelRatio;
    const parts = [spread, -spread].map((part) => Math.max(0, (xx + yy) / 2 + part));
    const [long, short] = parts.map((part) => scale * Math.sqrt(part));
    for (const share of SHARES) {
      const radius = Math.sqrt(-2 * Math.log(1 - share));
      pen.beginPath();
      pen.ellipse(...place, radius * long, radius * short, -turn, 0, 7);
      pen.globalAlpha = 0.2;
      pen.fill();
      pen.globalAlpha = 1;
      pen.stroke();
    }
  }

  /** All that stays while the point moves. */
  drawBackground() {
    this.stale = false;
    const { width } = this.canvas;
    this.background.width = this.background.height = width;
    const pen = this.background.getContext("2d");
    pen.fillStyle = themed("--paper");
    pen.fillRect(0, 0, width, width);
    const images = this.shows.decoded && this.ready;
    if (images) {
      pen.globalAlpha = this.shows.codes && this.count ? 0.6 : 1;
      pen.drawImage(this.decoded, 0, 0, width, width);
      pen.globalAlpha = 1;
    }
    if (this.shows.codes) this.drawPoints(pen, devicePixelRatio);
    if (this.prior) this.drawPrior(pen, devicePixelRatio);
    this.purest().forEach((place, c) => {
      const shown = place && (this.lit === null || this.lit === c);
      if (shown) this.drawBadge(pen, this.toPixels(place), this.classes[c], rimOf(c));
    });
  }

  drawPoints(pen, unit) {
    const radius = unit * Math.min(4.5, Math.max(2, 160 / Math.sqrt(this.count)));
    this.classes.forEach((_, c) => {
      pen.beginPath();
      this.places.forEach((place, n) => {
        if (this.classOf[n] !== c) return;
        const [x, y] = this.toPixels(place);
        MARKS[c % MARKS.length].forEach(([dx, dy], k) =>
          k
            ? pen.lineTo(x + radius * dx, y + radius * dy)
            : pen.moveTo(x + radius * dx, y + radius * dy),
        );
        pen.closePath();
      });
      const [fill, rim] =
        this.lit === null ? [0.75, 0.9] : this.lit === c ? [1, 1] : [0.06, 0];
      pen.fillStyle = colorOf(c);
      pen.strokeStyle = rimOf(c);
      pen.lineWidth = 0.6 * unit;
      pen.globalAlpha = fill;
      pen.fill();
      pen.globalAlpha = rim;
      pen.stroke();
    });
    pen.globalAlpha = 1;
  }

  /** Rings around shares of N(0, I) on the plane; on a line, their ends. */
  drawPrior(pen, unit) {
    const [x, y] = this.toPixels(this.plane(new Float32Array(this.latentDim)));
    const scale = this.canvas.width / 2 / this.reach;
    pen.strokeStyle = pen.fillStyle = themed("--ink");
    pen.lineWidth = unit;
    pen.font = `${12 * unit}px sans-serif`;
    pen.textAlign = "center";
    SHARES.forEach((share, k) => {
      const radius =
        scale *
        (this.flat ? [0.674, 1.645, 2.576][k] : Math.sqrt(-2 * Math.log(1 - share)));
      pen.beginPath();
      if (!this.flat) pen.arc(x, y, radius, 0, 7);
      else
        for (const end of [x - radius, x + radius])
          pen.rect(end, 0, 0, this.canvas.height);
      pen.stroke();
      const text = `${100 * share}%`;
      const top = this.flat ? y + 60 * unit : y + 0.87 * radius; // at five o'clock
      const left = this.flat ? x + radius : x + 0.5 * radius;
      const wide = pen.measureText(text).width + 8 * unit;
      pen.fillStyle = themed("--paper");
      pen.fillRect(left - wide / 2, top - 8 * unit, wide, 16 * unit);
      pen.fillStyle = themed("--ink");
      pen.fillText(text, left, top + 4 * unit);
    });
  }

  /** A name in a circle; of an end of the walk, filled. */
  drawBadge(pen, [x, y], text, color, filled = false) {
    const unit = devicePixelRatio;
    pen.font = `bold ${12 * unit}px sans-serif`;
    const wide = Math.max(20 * unit, pen.measureText(text).width + 12 * unit);
    pen.beginPath();
    const half = wide / 2 - 10 * unit; // of its straight part
    pen.arc(x - half, y, 10 * unit, Math.PI / 2, 1.5 * Math.PI);
    pen.arc(x + half, y, 10 * unit, -Math.PI / 2, Math.PI / 2);
    pen.closePath();
    pen.fillStyle = themed(filled ? "--ink" : "--paper");
    pen.fill();
    pen.strokeStyle = color;
    pen.lineWidth = 2.5 * unit;
    pen.stroke();
    pen.fillStyle = themed(filled ? "--paper" : "--ink");
    pen.textAlign = "center";
    pen.fillText(text, x, y + 4.5 * unit);
  }

  /** For each class a place that is almost its own, or null.  -> (C) of [right, up] */
  purest() {
    const cells = new Map();
    this.places.forEach((place, n) => {
      const key = place.map((x, k) =>
        Math.floor((12 * (x - this.middle[k])) / this.reach),
      );
      if (key.some((k) => k < -11 || k > 10)) return; // a badge there would be cut
      if (!cells.has(`${key}`)) cells.set(`${key}`, []);
      cells.get(`${key}`).push(n);
    });
    return this.classes.map((_, c) => {
      let [best, most] = [null, 0];
      for (const members of cells.values()) {
        const own = members.filter((n) => this.classOf[n] === c);
        const score = own.length ** 2 / members.length;
        if (score > most) [best, most] = [own, score];
      }
      return (
        best &&
        [0, 1].map(
          (k) => best.reduce((sum, n) => sum + this.places[n][k], 0) / best.length,
        )
      );
    });
  }

  /** From z to each code. */
  distances(z) {
    const { codes, latentDim } = this;
    return Float32Array.from({ length: this.count }, (_, n) => {
      let sum = 0;
      for (let i = 0; i < latentDim; i++) sum += (z[i] - codes[n * latentDim + i]) ** 2;
      return Math.sqrt(sum);
    });
  }

  /** The classes of the codes nearest to z, most first: {distance, far, votes}
   *
   * `far`: farther from each code than codes are from each other.
   */
  near(z) {
    const distances = this.distances(z);
    const order = Array.from(distances.keys()).sort(
      (a, b) => distances[a] - distances[b],
    );
    const votes = new Map();
    for (const n of order.slice(0, NEAR)) {
      const name = this.classes[this.classOf[n]];
      votes.set(name, (votes.get(name) ?? 0) + 1);
    }
    this.spacing ??= Math.max(
      ...Array.from({ length: 50 }, (_, k) => {
        const code = this.code(Math.floor((k * this.count) / 50));
        const positive = (least, x) => (x > 0 && x < least ? x : least);
        return this.distances(code).reduce(positive, Infinity);
      }),
    );
    const distance = distances[order[0]];
    return {
      distance,
      far: distance > 1.5 * this.spacing,
      votes: [...votes].sort((a, b) => b[1] - a[1]),
    };
  }
}
