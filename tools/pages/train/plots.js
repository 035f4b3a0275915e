// What the page plots: panels with axes, on canvases as sharp as the screen.

// Ten colors (Petroff 2021) that color-blind eyes, too, tell apart.
const COLORS =
  "3f90da ffa90e bd1f01 94a4a2 832db6 a96b59 e76300 b9ac70 717581 92dadd".split(" ");

/** What the style sheet says for light, dark or paper. */
function themed(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** "#rrggbb" -> [r, g, b] */
function rgb(color) {
  return color.match(/[0-9a-f]{2}/gi).map((digits) => parseInt(digits, 16));
}

const theme = {}; // colors of the page, read when they change
function read_theme() {
  for (const name of ["paper", "ink", "quiet", "line", "link", "kl", "band"])
    theme[name] = themed(`--${name}`);
  const shade = Number(themed("--shade")); // darker on white, lighter on black
  theme.digits = COLORS.map(
    (color) => `rgb(${rgb(color).map((c) => (shade < 1 ? c * shade : 255 - (255 - c) / shade))})`,
  );
  [theme.low, theme.high] = [rgb(theme.paper), rgb(theme.ink)];
}

/** Round numbers between two others, about `count` of them. */
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((n) => n * power >= rough);
  const numbers = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) numbers.push(n * step);
  return numbers;
}

/** A number with a real minus sign, without digits that are 0. */
function written(number, digits) {
  const text = digits === undefined ? `${Number(number.toFixed(3))}` : number.toFixed(digits);
  return text.replace("-", "\u2212");
}

class Panel {
  constructor(canvas) {
    Object.assign(this, { canvas, pen: canvas.getContext("2d") });
  }

  /** Empty, with pixels of the style sheet's size. */
  clear() {
    const { clientWidth, clientHeight } = this.canvas;
    const sizes = [clientWidth, clientHeight];
    const [width, height] = sizes.map((x) => Math.round(x * devicePixelRatio));
    if (this.canvas.width !== width || this.canvas.height !== height)
      Object.assign(this.canvas, { width, height });
    this.pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.pen.fillStyle = theme.paper;
    this.pen.fillRect(0, 0, clientWidth, clientHeight);
    this.pen.font = "12px system-ui, sans-serif";
    this.pen.lineWidth = 1;
    Object.assign(this, { width: clientWidth, height: clientHeight });
  }

  /** Axes around the box [left, top, right, bottom], with round numbers and names. */
  axes(box, [x0, x1], [y0, y1], x_name, y_name) {
    const { pen } = this;
    const [left, top, right, bottom] = box;
    this.x = (x) => left + ((x - x0) / (x1 - x0)) * (right - left);
    this.y = (y) => bottom - ((y - y0) / (y1 - y0)) * (bottom - top);
    pen.fillStyle = theme.quiet;
    pen.strokeStyle = theme.line;
    pen.textAlign = "right";
    for (const y of ticks(y0, y1, (bottom - top) / 60)) {
      this.line([[left, this.y(y)], [right, this.y(y)]]);
      pen.fillText(written(y), left - 5, this.y(y) + 4);
    }
    pen.textAlign = "center";
    for (const x of x_name === null ? [] : ticks(x0, x1, (right - left) / 70)) {
      pen.fillText(x >= 1000 ? x.toLocaleString("en") : written(x), this.x(x), bottom + 15);
      this.line([[this.x(x), bottom], [this.x(x), bottom + 4]]);
    }
    if (x_name) pen.fillText(x_name, (left + right) / 2, bottom + 30);
    if (!y_name) return;
    pen.save();
    pen.translate(11, (top + bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(y_name, 0, 0);
    pen.restore();
  }

  line(points) {
    this.pen.beginPath();
    for (const [x, y] of points) this.pen.lineTo(x, y);
    this.pen.stroke();
  }

  text(text, x, y, color, align = "left") {
    Object.assign(this.pen, { fillStyle: color, textAlign: align });
    this.pen.fillText(text, x, y);
  }

  /** Images of 8 x 8 in a grid.  `place(n)` -> [x, y, side] */
  images(pixels, place) {
    const tile = (this.tile ??= new OffscreenCanvas(8, 8));
    const pen = tile.getContext("2d");
    const image = (this.image ??= new ImageData(8, 8));
    this.pen.imageSmoothingEnabled = false;
    for (let n = 0; n < pixels.rows; n++) {
      for (let i = 0; i < 64; i++) {
        const ink = pixels.data[64 * n + i];
        for (let k = 0; k < 3; k++)
          image.data[4 * i + k] = theme.low[k] + ink * (theme.high[k] - theme.low[k]);
        image.data[4 * i + 3] = 255;
      }
      pen.putImageData(image, 0, 0);
      const [x, y, side] = place(n);
      this.pen.drawImage(tile, x, y, side, side);
    }
  }
}
