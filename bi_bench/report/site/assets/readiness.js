"use strict";
// Predictors against gain and final score: a table of rank correlations, and one of them drawn.
biBench.readiness = (() => {
  const { el, chart, select, table } = biBench;
  const X = 0, LABEL = 3, STRATEGY = 4;
  const OUTCOME = { gain: [1, "gain (points)"], final: [2, "final score (%)"] };

  return (place, data) => {
    if (!data.evaluations.length) {
      place.append(el("p", {}, "There is nothing to order: no cell is finished, or all start alike."));
      return;
    }
    let here = data.evaluations[0], predictor = here.predictors[0], outcome = "gain";
    const correlations = el("div"), picture = el("div"), predictors = el("span");

    function series() {
      const [column] = OUTCOME[outcome];
      const found = new Map();
      for (const point of predictor.points) {
        const name = point[STRATEGY];
        if (!found.has(name)) found.set(name, { name, x: [], y: [], text: [] });
        const one = found.get(name);
        one.x.push(point[X]);
        one.y.push(point[column]);
        one.text.push(point[LABEL]);
      }
      return [...found.values()];
    }

    function draw() {
      picture.replaceChildren(chart({
        kind: "points", title: predictor.name, x: predictor.name, y: OUTCOME[outcome][1], series: series(),
        caption: `against ${OUTCOME[outcome][1]} on ${here.name}: rank correlation ${predictor[outcome]}; a point for each cell.`,
      }));
    }

    function show() {
      const headings = ["predictor", "with gain", "with final score", "cells", "SFT models"];
      const rows = here.predictors.map((each) => [each.name, each.gain, each.final, String(each.cells), String(each.models)]);
      const shown = table({ headings, rows }, "Spearman's rank correlation, 95 % intervals by resampling SFT models");
      for (const [n, each] of here.predictors.entries()) if (each.trivial) shown.querySelectorAll("tbody tr")[n].classList.add("trivial");
      correlations.replaceChildren(shown);
      predictors.replaceChildren(select("Predictor", here.predictors.map((each, n) => [String(n), each.name]),
        String(here.predictors.indexOf(predictor)), (value) => { predictor = here.predictors[value]; draw(); }));
      draw();
    }

    const evaluations = data.evaluations.map((each, n) => [String(n), each.name]);
    place.append(el("div", { class: "controls" },
      select("Evaluation", evaluations, "0", (value) => { here = data.evaluations[value]; predictor = here.predictors[0]; show(); }),
      predictors,
      select("Against", [["gain", "gain"], ["final", "final score"]], "gain", (value) => { outcome = value; draw(); })),
    el("div", { class: "pair" }, correlations, picture));
    show();
  };
})();
