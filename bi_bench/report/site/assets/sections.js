"use strict";
// Sections of the page that wait for their data until they come near the window.
(() => {
  const { load, chart, problem } = biBench;
  const FILL = {
    readiness: biBench.readiness,
    costs: (place, data) => place.append(...data.charts.map(chart)),
  };
  const watch = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      load(target.dataset.load)
        .then((data) => FILL[target.dataset.load](target, data))
        .catch((error) => target.replaceChildren(problem(error)));
    }
  }, { rootMargin: "100px" });
  for (const place of document.querySelectorAll("[data-load]")) watch.observe(place);
})();
