"use strict";
// Sections below the leaderboard are filled when it is there; their charts wait for a reader.
(() => {
  const { load, chart, problem } = biBench;
  const FILL = {
    readiness: biBench.readiness,
    costs: (place, data) => place.append(...data.charts.map(chart)),
  };
  addEventListener("load", () => setTimeout(() => {
    for (const place of document.querySelectorAll("[data-load]")) {
      load(place.dataset.load)
        .then((data) => FILL[place.dataset.load](place, data))
        .catch((error) => place.replaceChildren(problem(error)));
    }
  }));
})();
