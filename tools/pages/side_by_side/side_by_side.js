
"use strict";
// The page is whole without this script, which makes it move: menus choose the columns,
// a name lights up wherever it stands, boxes hide what is equal or explained, buttons
// copy.  The address of the page holds what was chosen.
document.documentElement.classList.add("script");
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const shows = (element) => element.getClientRects().length > 0;
const bar = one(".bar");
const told = one(".told");
const only = one("#only");
const why = one("#why");

// A name's key is what it shares with its translations, or else its own text; "W_mu"
// stands for W_mu.
const keyOf = (element) =>
  element.dataset.n ?? element.textContent.replace(/^["']|["']$/g, "");

const places = new Map(); // key: every element that shows it
for (const element of all("section.file i, .dictionary i, [data-n]")) {
  const key = keyOf(element);
  if (!/[\p{L}@]/u.test(key)) continue;
  if (!places.has(key)) places.set(key, []);
  places.get(key).push(element);
}

const codes = new Map(); // cell: its line, without what is said of it
for (const cell of all("section.file td")) {
  codes.set(cell, [...cell.childNodes].filter((part) => part.className !== "why")
    .map((part) => part.textContent).join(""));
}

// Lines that come or go above what is read do not move it; not every browser sees to it.
const bottom = () =>
  bar.getBoundingClientRect().bottom + (one(".heads")?.offsetHeight ?? 0);

const held = (change) => {
  const marks = all("h2, h3, h4, section.file tbody tr")
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.height && box.top >= bottom() - 1);
  change();
  const [mark, box] = marks.find(([element]) => shows(element)) ?? [];
  const moved = mark ? mark.getBoundingClientRect().top - box.top : 0;
  if (moved) scrollBy({ top: moved, behavior: "instant" });
};

// Columns: the cells of each row, in the order in which the page was written.
const wide = matchMedia("(min-width: 1280px)");
const SIDES = ["left", "right", "third"];

const columnsOf = (group) => {
  const rows = all("section.file tr, .dictionary tr", group)
    .map((row) => [row, [...row.children], row.closest("tbody") && row.closest(".file")]);
  const menus = all(".menus", group).map((menu) => all("select", menu));
  const names = all("option", menus[0][0]).map((option) => option.textContent);
  let chosen = [0, 1];
  if (menus[0][2] && matchMedia("(min-width: 1700px)").matches) chosen.push(2);
  const columns = () => chosen.slice(0, wide.matches ? 3 : 2);

  const show = () => {
    const shown = columns();
    for (const selects of menus) {
      selects.forEach((select, place) => {
        select.value = chosen[place] ?? "";
        select.parentElement.classList.toggle("unused", !(place in chosen));
      });
    }
    for (const line of all(".names", group)) {
      line.replaceChildren(...shown.map((column) => {
        const name = document.createElement("span");
        name.textContent = names[column];
        return name;
      }));
    }
    for (const [row, cells, isCode] of rows) {
      const [first, ...others] = shown.map((column) => cells[column]);
      cells.forEach((cell, column) => {
        cell.hidden = column < names.length && !shown.includes(column);
      });
      row.prepend(first, ...others);
      if (!isCode) continue;
      const code = codes.get(first).trim();
      row.hidden = [first, ...others].every((cell) => cell.classList.contains("none"));
      row.classList.toggle("same", others.every((cell) => codes.get(cell).trim() === code));
      for (const column of shown) {
        for (const word of all("[data-d]", cells[column])) {
          const apart = (other) => other === column || word.dataset.d.includes(other);
          word.classList.toggle("d", shown.every(apart));
        }
      }
    }
    for (const passage of all(".passage", group)) {
      const quiet = all("tbody tr", passage).every((row) => row.matches(".same, [hidden]"));
      passage.classList.toggle("same", quiet);
      const measured = all("data", passage).filter((pair) =>
        pair.dataset.pair.split(" ").every((column) => shown.includes(Number(column))));
      const largest = Math.max(...measured.map((pair) => pair.value));
      for (const pair of all("data", passage)) {
        pair.hidden = !measured.includes(pair) || Number(pair.value) < largest;
      }
    }
  };

  const choose = (place, column) => {
    const other = chosen.indexOf(column);
    if (other >= 0) chosen[other] = chosen[place]; // a column is shown once: swap
    chosen[place] = column;
    chosen = chosen.filter((number) => number !== undefined);
  };
  for (const selects of menus) {
    selects.forEach((select, place) => select.addEventListener("change", () => {
      held(() => {
        choose(place, select.value === "" ? undefined : Number(select.value));
        show();
      });
      tell();
      write();
    }));
  }
  wide.addEventListener("change", show);
  show();

  const sourceOf = (file, column) => {
    const lines = [];
    const script = names[column].endsWith(".js");
    for (const passage of all(".passage", file)) {
      const start = Number(passage.dataset.at.split(" ")[column]);
      if (!start) continue;
      const first = one(".doc", passage)?.textContent;
      const more = one("pre", passage)?.textContent;
      const python = `"""${first}${more ? `\n\n${more}\n` : ""}"""`;
      const jsdoc = more ? `/**\n${first}\n\n${more}`.replace(/\n/g, "\n * ")
        .replace(/ $/gm, "") + "\n */" : `/** ${first} */`;
      const docstring = (script ? jsdoc : python).split("\n");
      const indent = " ".repeat(passage.dataset.indent?.split(" ")[column] ?? 0);
      const put = (at, line, by) => { lines[at] = line && by + line; };
      let at = start - 1;
      for (const [, cells] of rows.filter(([row]) => passage.contains(row)).slice(1)) {
        const cell = cells[column];
        if (cell.classList.contains("none")) continue;
        if (cell.dataset.doc === "before") {
          const top = script ? at - docstring.length : 0;
          docstring.forEach((line, i) => put(top + i, line, indent));
        }
        put(at++, codes.get(cell), indent);
        if (cell.dataset.doc !== "after") continue;
        for (const line of docstring) put(at++, line, `    ${indent}`);
      }
    }
    if (script) lines.push("};"); // of the object, whose functions these are
    return [...lines].map((line) => line ?? "").slice(lines.findIndex((line) => line));
  };

  for (const file of all("section.file", group)) {
    const path = (column) => names[column].includes("/") ? names[column]
      : `${names[column]}/${one("h3", file).firstChild.textContent.trim()}`;
    all(".copy", file).forEach((button, place) => button.addEventListener("click", () => {
      if (!(place in columns())) return;
      const column = columns()[place];
      copy(button, `${sourceOf(file, column).join("\n")}\n`, path(column));
    }));
    one(".diff", file).addEventListener("click", (event) => {
      const [left, right] = columns();
      const head = `--- ${path(left)}\n+++ ${path(right)}\n`;
      const hunks = hunksOf(sourceOf(file, left), sourceOf(file, right));
      copy(event.target, head + hunks, `diff ${path(left)} ${path(right)}`);
    });
  }

  return {
    address: () => chosen.map((column, place) => [SIDES[place], names[column]]),
    take: (options) => {
      const found = SIDES.map((side) => names.indexOf(options.get(side)));
      found.forEach((column, place) => { if (column >= 0) choose(place, column); });
      if (found[1] >= 0 && found[2] < 0) chosen = chosen.slice(0, 2);
      show();
    },
  };
};

// The lines of two files as hunks of a unified diff, with three lines around each change.
function hunksOf(a, b) {
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i][j] = a[i] === b[j] ? longest[i + 1][j + 1] + 1
        : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const edits = []; // the sign, the line, how many lines of each came before
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && a[i] === b[j]) edits.push([" ", a[i], i++, j++]);
    else if (j === b.length || (i < a.length && longest[i + 1][j] >= longest[i][j + 1])) {
      edits.push(["-", a[i], i++, j]);
    } else edits.push(["+", b[j], i, j++]);
  }
  const near = edits.map((_, at) =>
    edits.slice(Math.max(at - 3, 0), at + 4).some(([sign]) => sign !== " "));
  const hunks = [];
  edits.forEach((edit, at) => {
    if (near[at] && !near[at - 1]) hunks.push([]);
    if (near[at]) hunks.at(-1).push(edit);
  });
  return hunks.map((hunk) => {
    const count = (sign) => hunk.filter(([other]) => other !== sign).length;
    const [[, , i, j]] = hunk;
    const head = `@@ -${i + 1},${count("+")} +${j + 1},${count("-")} @@\n`;
    return head + hunk.map(([sign, line]) => `${sign}${line}\n`).join("");
  }).join("");
}

// Copies: of a file by its button, of a selection without the column beside it.
function copy(button, text, what) {
  const area = document.createElement("textarea");
  area.className = "copying";
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy"); // also where there is no clipboard API
  area.remove();
  button.focus({ preventScroll: true });
  told.textContent = done ? `Copied: ${what}` : "This browser does not copy";
}

document.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest?.("section.file td");
  if (cell) cell.closest("section.file").dataset.picked = cell.cellIndex + 1;
});

document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (!selection.rangeCount) return;
  const cells = all("section.file tr:not([hidden]) td:not([hidden], .none)").filter((cell) =>
    selection.containsNode(cell, true) && getComputedStyle(cell).userSelect !== "none");
  if (cells.length < 2) return;
  const range = selection.getRangeAt(0);
  const texts = cells.map((cell) => {
    const part = range.cloneRange();
    if (!cell.contains(range.startContainer)) part.setStart(cell, 0);
    if (!cell.contains(range.endContainer)) part.setEnd(cell, cell.childNodes.length);
    const copied = part.cloneContents();
    for (const note of all(".why", copied)) note.remove();
    return copied.textContent;
  });
  event.clipboardData.setData("text/plain", texts.join("\n"));
  event.preventDefault();
});

// Names: a click, or Enter on the one that has the focus; buttons lead to its places.
let lit = null;
let last = null; // the place that was clicked or shown

const found = () => (places.get(lit) ?? []).filter(shows);

function tell() {
  const elements = found();
  one(".walk").hidden = lit === null;
  const texts = [...new Set(elements.filter((element) => element.closest("table"))
    .map((element) => element.textContent.replace(/["']/g, "")))];
  const formulas = elements.some((element) => element.closest("math"));
  const at = elements.indexOf(last) + 1;
  told.textContent = lit === null ? "" : `${texts.join(", ")}: `
    + `${at ? `${at} of ` : ""}${elements.length} places${formulas ? ", formulas too" : ""}`;
}

function light(key, element = null) {
  for (const old of places.get(lit) ?? []) old.classList.remove("on", "at");
  for (const old of all("[aria-pressed=true]")) old.ariaPressed = "false";
  lit = key === lit ? null : key;
  last = element;
  for (const other of places.get(lit) ?? []) other.classList.add("on");
  tell();
}

for (const button of all(".walk button")) {
  button.addEventListener("click", () => {
    const step = Number(button.dataset.step);
    const elements = found();
    if (step && elements.length) {
      const at = elements.indexOf(last);
      const below = elements.findIndex((e) => e.getBoundingClientRect().top >= bottom());
      const next = at < 0 ? Math.max(below, 0) : at + step + elements.length;
      last?.classList.remove("at");
      last = elements[next % elements.length];
      last.classList.add("at");
      last.scrollIntoView({ block: "center" });
      tell();
    } else light(lit);
    write();
  });
}

const nameAt = (event) => {
  const element = event.target.closest?.("section.file i, .dictionary i, [data-n]");
  return element && places.has(keyOf(element)) ? element : null;
};

document.addEventListener("click", (event) => {
  const element = nameAt(event);
  if (!element || !getSelection().isCollapsed) return;
  if (element.closest(".passage")) focusOn(element, false);
  light(keyOf(element), element);
  if (element.role === "button") element.ariaPressed = String(lit !== null);
  write();
});

// One stop for Tab in each passage; the arrow keys walk from name to name.
const namesIn = (passage) => all(".formula [data-n], section.file td i", passage)
  .filter((element) => places.has(keyOf(element)) && shows(element));

function focusOn(element, really = true) {
  for (const old of all("[role=button]", element.closest(".passage"))) {
    if (old === element) continue; // or else it would lose the focus
    for (const name of ["tabindex", "role", "aria-pressed"]) old.removeAttribute(name);
  }
  element.tabIndex = 0;
  element.role = "button";
  element.ariaPressed = String(lit !== null && keyOf(element) === lit);
  if (really) element.focus();
}

for (const table of all("section.file table")) {
  const first = all("td:not([hidden]) i", table).find((e) => places.has(keyOf(e)));
  if (first) focusOn(first, false);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && lit !== null) {
    light(lit);
    write();
  }
  const element = nameAt(event);
  const passage = element?.closest(".passage");
  if (!passage) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    element.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return;
  }
  const names = namesIn(passage);
  const at = names.indexOf(element);
  const row = element.closest("tr");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  let next = step ? names[at + step] : undefined;
  if (event.key === "ArrowDown") next = names.slice(at).find((n) => n.closest("tr") !== row);
  if (event.key === "ArrowUp") {
    next = names.slice(0, at).reverse().find((n) => n.closest("tr") !== row);
  }
  if (event.key === "Home") next = names[0];
  if (event.key === "End") next = names.at(-1);
  if (!next) return;
  event.preventDefault();
  focusOn(next);
});

// What is too wide can be scrolled, by keyboard, too.
for (const formula of all(".formula")) {
  if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
}

// Where the reader is: in the bar, in the contents, in the address.
const contents = one(".contents");
const links = new Map(all("nav a", contents).map((link) => [link.hash.slice(1), link]));
const marks = [...links.keys()].map((id) => document.getElementById(id));
const beside = matchMedia("(min-width: 1200px)"); // the contents, not above the code
contents.open = matchMedia("(min-width: 1400px)").matches;
let here = null;

function locate() {
  document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`);
  const edge = bottom() + 32;
  const now = marks.findLast((mark) => shows(mark) && mark.getBoundingClientRect().top < edge);
  if (now === here) return;
  links.get(here?.id)?.removeAttribute("aria-current");
  here = now ?? null;
  const link = links.get(here?.id);
  link?.setAttribute("aria-current", "true");
  const path = [here?.closest("section.file"), here].filter((mark) => mark);
  one(".here").textContent = [...new Set(path)].map((m) => links.get(m.id).textContent)
    .join(" \u203a ");
  if (!link || !contents.open) return;
  const nav = link.closest("nav");
  const top = link.getBoundingClientRect().top - nav.getBoundingClientRect().top;
  if (top < 0 || top > nav.clientHeight - 40) nav.scrollTop += top - nav.clientHeight / 2;
}

let waiting = false;
const soon = () => {
  if (!waiting) requestAnimationFrame(() => { waiting = false; locate(); });
  waiting = true;
};
addEventListener("scroll", soon, { passive: true });
new ResizeObserver(soon).observe(bar);
one("summary").addEventListener("click", (event) => {
  event.preventDefault();
  held(() => { contents.open = !contents.open; });
  soon();
});
one("nav", contents).addEventListener("click", (event) => {
  if (event.target.closest("a") && !beside.matches) contents.open = false;
});

const groups = new Map(all(".group").map((group) => [group.id, columnsOf(group)]));

const boxes = () => {
  document.body.classList.toggle("differing", only.checked);
  document.body.classList.toggle("plain", !why.checked);
};
for (const box of [only, why]) {
  box.addEventListener("change", () => {
    held(boxes);
    tell();
    write();
  });
}

function write(place = here?.id ?? marks[0].id) {
  const group = document.getElementById(place).closest(".group").id;
  const options = new URLSearchParams(groups.get(group).address());
  if (only.checked) options.set("only", "");
  if (!why.checked) options.set("plain", "");
  if (lit !== null) options.set("name", found()[0]?.textContent ?? lit);
  history.replaceState(null, "", 
    `#${place}&${options}`.replace(/=(?=&|$)/g, "").replaceAll("%2F", "/"));
}

function read(event) {
  const options = new URLSearchParams(location.hash.slice(1));
  const [place] = options.keys();
  const mark = marks.find(({ id }) => id === place);
  if (mark && [...options].length > 1) {
    groups.get(mark.closest(".group").id).take(options);
    [only.checked, why.checked] = [options.has("only"), !options.has("plain")];
    boxes();
    const name = options.get("name");
    const [key] = [...places].find(([key, elements]) => key === name
      || elements.some((element) => element.textContent === name)) ?? [null];
    if (key !== lit) light(key);
    locate();
    mark.scrollIntoView({ behavior: "instant" });
  } else if (mark && event) write(place); // after a click on a link
}

addEventListener("hashchange", read);
boxes(); // a browser may remember them
locate();
read();
