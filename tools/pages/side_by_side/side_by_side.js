
"use strict";
// The page is whole without this script, which makes it move: menus choose the columns,
// a name lights up wherever it stands, a box hides what does not differ.
document.documentElement.classList.add("script");
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

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

// Columns: the cells of each row, in the order in which the page was written.
const wide = matchMedia("(min-width: 1700px)");
for (const group of all(".group")) {
  const rows = all("section.file tr", group).map((row) => [row, [...row.children]]);
  const menus = all(".menus", group).map((menu) => all("select", menu));
  const names = all(".names", group);
  const options = menus[0][0].options;

  const show = (chosen) => {
    const columns = chosen.slice(0, wide.matches ? 3 : 2);
    for (const selects of menus) {
      selects.forEach((select, place) => { select.value = chosen[place]; });
    }
    for (const line of names) {
      line.replaceChildren(...columns.map((column) => {
        const name = document.createElement("span");
        name.textContent = options[column].textContent;
        return name;
      }));
    }
    for (const [row, cells] of rows) {
      const shown = columns.map((column) => cells[column]);
      const texts = shown.map((cell) => cell.textContent);
      const empty = shown.every((cell) => cell.classList.contains("none"));
      const same = texts.every((text) => text === texts[0])
        && (empty || !shown.some((cell) => cell.classList.contains("none")));
      cells.forEach((cell) => { cell.hidden = !shown.includes(cell); });
      row.prepend(...shown);
      row.hidden = empty;
      row.classList.toggle("same", same);
      for (const word of all("[data-d]", row)) {
        const lit = columns.some((column) => word.dataset.d.includes(column));
        word.classList.toggle("d", lit);
      }
    }
    for (const passage of all(".passage", group)) {
      const quiet = all("tbody tr", passage).every((row) =>
        row.classList.contains("same"));
      passage.classList.toggle("same", quiet);
    }
  };

  let chosen = [...options].map((option) => Number(option.value)).slice(0, 3);
  for (const selects of menus) {
    selects[0].parentElement.hidden = false;
    selects.forEach((select, place) => select.addEventListener("change", () => {
      const other = chosen.indexOf(Number(select.value));
      if (other >= 0) chosen[other] = chosen[place]; // a column is shown once: swap
      chosen[place] = Number(select.value);
      show(chosen);
    }));
  }
  wide.addEventListener("change", () => show(chosen));
  show(chosen);
}

// What is too wide can be scrolled, by keyboard, too.
for (const formula of all(".formula")) {
  if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
}

// Names: a click, or Enter on the one that has the focus.
const told = document.querySelector(".told");
let lit = null;

const light = (key) => {
  for (const element of places.get(lit) ?? []) element.classList.remove("on");
  for (const element of all("[aria-pressed=true]")) element.ariaPressed = "false";
  lit = key === lit ? null : key;
  const found = (places.get(lit) ?? []).filter((element) => !element.closest("[hidden]"));
  for (const element of places.get(lit) ?? []) element.classList.add("on");
  const texts = [...new Set(found.filter((element) => element.closest("table"))
    .map((element) => element.textContent.replace(/["']/g, "")))];
  const formulas = found.some((element) => element.closest("math"));
  told.textContent = lit === null ? "" :
    `${texts.join(", ")}: ${found.length} places` + (formulas ? ", formulas too" : "");
};

const nameAt = (event) => {
  const element = event.target.closest?.("i, [data-n]");
  return element && places.has(keyOf(element)) ? element : null;
};

document.addEventListener("click", (event) => {
  const element = nameAt(event);
  if (!element) return;
  if (element.matches("section.file i")) focusOn(element, false);
  light(keyOf(element));
  if (element.role === "button") element.ariaPressed = String(lit !== null);
});

// One stop for Tab in each table; the arrow keys walk from name to name.
const namesIn = (table) => all("tr:not([hidden]) td:not([hidden]) i", table)
  .filter((element) => places.has(keyOf(element)) && element.offsetParent);

function focusOn(element, really = true) {
  for (const old of all("i[tabindex]", element.closest("table"))) {
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
  if (event.key === "Escape" && lit !== null) light(lit);
  const element = nameAt(event);
  if (!element || !element.matches("section.file i")) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    element.click();
    return;
  }
  const names = namesIn(element.closest("table"));
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

const only = document.querySelector("#only");
const differing = () => document.body.classList.toggle("differing", only.checked);
only.addEventListener("change", differing);
differing(); // a browser may remember the box
