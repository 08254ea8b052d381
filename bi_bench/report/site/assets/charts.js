"use strict";
// Charts by plotly, which is loaded with the first of them; each has its numbers as a table beside it.
biBench.chart = (() => {
  const { el, script, table, problem } = biBench;
  let library = null;
  const drawn = new Set();
  const waiting = new Set();
  const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon"];
  const NAMED = 16;
  const DASHES = ["solid", "dash", "dot", "dashdot"];

  const plotly = () => (library ??= script("assets/plotly.min.js"));
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colours = () => [1, 2, 3, 4, 5, 6, 7].map((n) => style(`--series-${n}`));
  const escaped = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  function spread(series) {
    if (!series.low) return undefined;
    return {
      type: "data", symmetric: false, thickness: 1.2, width: 3,
      array: series.high.map((high, n) => high - series.y[n]),
      arrayminus: series.low.map((low, n) => series.y[n] - low),
    };
  }

  function trace(data, series, place, palette) {
    const n = series.look ?? place;
    const faint = data.series.some((other) => other.strong) && !series.strong;
    const grey = faint && data.kind === "points";
    const colour = series.strong ? style(data.kind === "points" ? "--accent" : "--text") : grey ? style("--strong-line") : palette[n % palette.length];
    const shared = {
      name: escaped(series.name), x: series.x, y: series.y, error_y: spread(series),
      text: series.text?.map(escaped), customdata: series.rows,
    };
    if (data.kind === "bars") {
      const shape = ["", "/", ".", "x"][n % 4];
      return { ...shared, type: "bar", textposition: "none", marker: { color: colour, pattern: { shape } } };
    }
    const marker = { color: colour, symbol: SYMBOLS[n % SYMBOLS.length], size: series.strong ? 12 : 8 };
    if (data.kind === "points") return { ...shared, type: "scatter", mode: "markers", marker };
    const line = { color: colour, width: series.strong ? 2.5 : 1.3, dash: faint ? DASHES[n % 4] : "solid" };
    return { ...shared, type: "scatter", mode: "lines", line, opacity: faint ? 0.75 : 1 };
  }

  // A legend of very many would leave no room for the chart: pointing at a mark names it, too.
  function named(data) {
    if (data.series.length > NAMED) return false;
    return data.series.length > 1 && !(data.kind === "points" && data.series.some((series) => series.strong));
  }

  function layout(data) {
    const axis = (title) => ({
      title: { text: escaped(title), standoff: 8 }, gridcolor: style("--line"),
      zerolinecolor: style("--muted"), automargin: true,
    });
    return {
      height: 290, margin: { l: 48, r: 12, t: 10, b: 40 }, barmode: "group",
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: style("--font"), size: 12, color: style("--text") },
      xaxis: axis(data.x), yaxis: axis(data.y), hovermode: "closest",
      hoverlabel: { bgcolor: style("--raised"), font: { color: style("--text") } },
      showlegend: named(data), legend: { orientation: "h", yref: "container", y: 0, yanchor: "bottom" },
    };
  }

  async function draw(place, data) {
    const palette = colours();
    const traces = data.series.map((series, n) => trace(data, series, n, palette));
    await plotly();
    if (!place.isConnected) return;
    // A chart that is there is only changed: plotly would not draw again what it holds for drawn.
    if (!place.classList.contains("js-plotly-plot")) place.replaceChildren();
    await Plotly.react(place, traces, layout(data), { responsive: true, displaylogo: false, displayModeBar: false });
  }

  function numbers(data) {
    const number = (value) => (value === undefined || value === null ? "" : String(Math.round(value * 1e4) / 1e4));
    const ranges = data.series.some((series) => series.low);
    const headings = ["series", data.x, data.y, ...(ranges ? ["interval"] : [])];
    const rows = data.series.flatMap((series) => series.x.map((x, n) => [
      series.name, number(x), number(series.y[n]),
      ...(ranges ? [series.low ? `${number(series.low[n])} to ${number(series.high[n])}` : ""] : []),
    ]));
    return { headings, rows };
  }

  // A figure; it is drawn when it comes near the window.
  function figure(data) {
    const place = el("div", { class: "plot", "aria-hidden": "true" });
    const body = el("div");
    const open = () => { if (!body.firstChild) body.append(table(numbers(data), data.title)); };
    const node = el("figure", {},
      el("figcaption", {}, el("strong", {}, data.title), " ", data.caption), place,
      el("details", { toggle: open }, el("summary", {}, "The numbers as a table"), body));
    const show = () => draw(place, data).catch((error) => place.replaceChildren(problem(error)));
    const start = () => {
      watch.disconnect();
      waiting.delete(each);
      drawn.add([place, show]);
      show();
    };
    const watch = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) start(); }, { rootMargin: "200px" });
    const each = { node, start, open };
    waiting.add(each);
    watch.observe(place);
    return node;
  }

  // Paper does not scroll: what was not drawn yet is drawn or, without plotly, given in numbers.
  addEventListener("beforeprint", () => {
    for (const each of [...waiting]) {
      if (!each.node.isConnected) waiting.delete(each);
      else if (window.Plotly) each.start();
      else {
        each.node.classList.add("undrawn");
        each.open();
        each.node.querySelector("details").open = true;
      }
    }
  });
  addEventListener("afterprint", () => {
    for (const node of document.querySelectorAll(".undrawn")) {
      node.classList.remove("undrawn");
      node.querySelector("details").open = false;
    }
  });

  document.addEventListener("bi-bench-theme", () => {
    for (const each of drawn) {
      if (each[0].isConnected) each[1]();
      else drawn.delete(each);
    }
  });
  // Loading takes a moment: it may begin when a reader comes near.
  figure.warm = () => plotly().catch(() => {});
  return figure;
})();
