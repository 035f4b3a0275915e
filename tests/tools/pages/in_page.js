// What the tests call in a page.
window.tests = {
  /** Width, height, bytes in base64, and the first byte of a canvas.  A copy is read, else
   *  Chromium advises on the original. */
  read(canvas) {
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height);
    const pen = copy.getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 0, 0);
    const { data } = pen.getImageData(0, 0, width, height);
    const text = Array.from(data, (byte) => String.fromCharCode(byte)).join("");
    return [width, height, btoa(text), data[0]];
  },

  /** With which numbers the explorer's map calls a method of its pen. */
  calls(name) {
    const calls = [], pen = map.canvas.getContext("2d");
    pen[name] = (...numbers) => calls.push(numbers);
    map.draw(z, settled, posterior, ends);
    delete pen[name];
    return calls;
  },

  /** The explorer's log weights, bound and KL of each image. */
  bounds([X, mu, logvar, eps]) {
    return X.map((x, n) => {
      const mean = Float32Array.from(mu[n]);
      const log_w = eps[n].map((e) => log_weight(models[0], x, mean, logvar[n], e)[1]);
      const kl = kl_divergence(mu[n], logvar[n]);
      return [log_w, importance_weighted_bound(log_w), kl];
    });
  },

  /** What a page refuses: a request, and a script of a stranger. */
  async intrude() {
    const refused = [];
    document.addEventListener("securitypolicyviolation",
      (event) => refused.push(event.effectiveDirective));
    await fetch("http://127.0.0.1:9/").catch(() => {});
    const script = document.createElement("script");
    script.textContent = "window.stranger = 1";
    document.body.append(script);
    await new Promise((done) => setTimeout(done, 200));
    return [refused, window.stranger ?? null];
  },

  /** Steps of the program in train.html: ELBOs, first gradients, last parameters. */
  steps([arrays, x, eps, rate, beta]) {
    const of = ([rows, columns, data]) => matrix(rows, columns, Float64Array.from(data));
    const parameters = {}, gradients = {}, first = {}, last = {};
    for (const name in arrays) {
      parameters[name] = of(arrays[name]);
      gradients[name] = of(arrays[name]);
    }
    const adam = new Adam(parameters);
    const elbos = x.map((batch, n) => {
      const value = gradient.elbo(
        parameters, gradients, of(batch), of(eps[n]), relu, beta);
      if (n === 0)
        for (const name in gradients) first[name] = Array.from(gradients[name].data);
      adam.apply(gradients, parameters, rate);
      return value;
    });
    for (const name in parameters) last[name] = Array.from(parameters[name].data);
    return { elbos, first, last };
  },
};
