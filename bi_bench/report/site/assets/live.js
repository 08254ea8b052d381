"use strict";
// Under `bi-bench serve`: when the site was made again the page loads it; its address holds its state.
(() => {
  const KEY = "bi-bench-scroll";
  const EVERY = 2000;
  if (!location.protocol.startsWith("http")) return;
  const mark = document.querySelector("meta[name=bi-bench-site]").content;
  const place = sessionStorage.getItem(KEY);
  if (place !== null) {
    sessionStorage.removeItem(KEY);
    setTimeout(() => scrollTo(0, Number(place)), 300);
  }
  async function look() {
    try {
      const site = await (await fetch("site.json", { cache: "no-store" })).json();
      if (site.fingerprint && site.fingerprint !== mark) {
        sessionStorage.setItem(KEY, String(scrollY));
        location.reload();
        return;
      }
    } catch {
      // The server is gone or busy: the page stays as it is.
    }
    setTimeout(look, EVERY);
  }
  setTimeout(look, EVERY);
})();
