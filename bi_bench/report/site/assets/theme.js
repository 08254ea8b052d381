"use strict";
// Light or dark, before the first paint: what the reader chose last, else what the system says.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("bi-bench-theme");
  } catch {
    // No storage: the choice lasts as long as the page.
  }
  const dark = () => (chosen ? chosen === "dark" : system.matches);
  const show = (light = false) => {
    root.dataset.theme = dark() && !light ? "dark" : "light";
    const button = document.getElementById("theme");
    if (button) button.textContent = dark() ? "Light" : "Dark";
    document.dispatchEvent(new Event("bi-bench-theme"));
  };
  show();
  system.addEventListener("change", () => show());
  // Paper is white; charts take their colours when they are drawn.
  addEventListener("beforeprint", () => show(true));
  addEventListener("afterprint", () => show());
  addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      chosen = dark() ? "light" : "dark";
      try {
        localStorage.setItem("bi-bench-theme", chosen);
      } catch {
        // As above.
      }
      show();
    });
  });
})();
