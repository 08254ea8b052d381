"use strict";
// What the other files share: elements, files of data, and the state of the page in its address.
const biBench = (() => {
  const arrived = new Map();
  const loads = new Map();
  const shards = [];
  const KEPT_SHARDS = 6;

  // Called by the files of data: fetch() does not work from file:, a script does.
  function put(name, value) {
    arrived.set(name, value);
  }

  function script(source) {
    return new Promise((done, fail) => {
      const node = document.createElement("script");
      node.addEventListener("load", () => { node.remove(); done(); });
      node.addEventListener("error", () => { node.remove(); fail(new Error(`${source} is missing`)); });
      node.src = source;
      document.head.append(node);
    });
  }

  function load(name) {
    if (!loads.has(name)) {
      loads.set(name, script(`data/${name}.js`).then(() => {
        const value = arrived.get(name);
        arrived.delete(name);
        return value;
      }));
      if (/^answers\/.*\/\d+$/.test(name)) shards.push(name);
      while (shards.length > KEPT_SHARDS) loads.delete(shards.shift());
    }
    return loads.get(name);
  }

  // An element; texts become text nodes and nothing else.
  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined) continue;
      if (typeof value === "function") node.addEventListener(name, value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  }

  function table(data, caption = "") {
    const cells = (line) => line.map((text) => el("td", {}, data.code ? el("code", {}, text) : text));
    return el("div", { class: "wide", role: "region", "aria-label": caption || "Table", tabindex: 0 },
      el("table", {},
        caption ? el("caption", {}, caption) : null,
        el("thead", {}, el("tr", {}, data.headings.map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, data.rows.map((line) => el("tr", {}, cells(line))))));
  }

  function select(label, options, chosen, change) {
    const list = el("select", { change: () => change(list.value) },
      options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
    return el("label", {}, `${label} `, list);
  }

  const state = () => new URLSearchParams(location.hash.slice(1));

  function remember(name, value) {
    const now = state();
    if (value) now.set(name, value);
    else now.delete(name);
    history.replaceState(null, "", `#${now}`);
  }

  function problem(error) {
    return el("p", { class: "problem", role: "alert" }, String(error.message || error));
  }

  return { put, script, load, el, table, select, state, remember, problem };
})();
