"use strict";
// The leaderboard: sorting, filtering, choosing columns, opening rows; all of it in the address.
(() => {
  const { state, remember, detail, chart } = biBench;
  const table = document.getElementById("rows");
  if (!table) return;
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const back = document.getElementById("default-order");
  const rows = [...table.tBodies];
  const headings = [...table.tHead.rows[0].cells];
  const texts = new Map();
  const collator = new Intl.Collator("en", { numeric: true });
  const AT_ONCE = 60;
  const AXES = ["benchmark", "split", "model", "algorithm", "strategy"];

  function textOf(row) {
    if (!texts.has(row)) texts.set(row, `${row.rows[0].textContent} ${AXES.map((axis) => row.dataset[axis]).join(" ")}`.toLowerCase());
    return texts.get(row);
  }

  function say(more = "") {
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = `${shown === rows.length ? "" : `${shown} of `}${rows.length} rows${more}`;
  }

  function filter() {
    const words = form.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      row.hidden = !(words.every((word) => textOf(row).includes(word))
        && AXES.every((axis) => !form[axis]?.value || form[axis].value === row.dataset[axis]));
    }
    say();
    remember("q", form.q.value);
    for (const axis of AXES) if (form[axis]) remember(axis, form[axis].value);
  }

  function sort(place, direction) {
    const numeric = headings[place].classList.contains("numeric");
    const keyed = rows.map((row, n) => {
      const value = row.rows[0].cells[place].dataset.v;
      return { row, n, value: value === "" ? null : numeric ? Number(value) : value };
    });
    // Rows without a value come last, whichever way the others go; equal ones stay as they were.
    keyed.sort((a, b) => (a.value === null) - (b.value === null)
      || (a.value === null ? 0 : direction * (numeric ? a.value - b.value : collator.compare(a.value, b.value)))
      || a.n - b.n);
    show(keyed.map((each) => each.row));
    for (const [n, heading] of headings.entries()) {
      if (n === place) heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    }
    back.hidden = false;
    remember("sort", `${place}${direction > 0 ? "" : "-"}`);
    say(`, sorted by ${headings[place].textContent.trim()}; an order of estimates, not of differences that are established`);
  }

  // Who sorts sees the first rows: they are laid out at once, the others in the next frame.
  function show(order) {
    const late = order.filter((row) => !row.hidden).slice(AT_ONCE);
    if (late.length) {
      const widths = headings.map((heading) => heading.offsetWidth);
      for (const [n, heading] of headings.entries()) heading.style.minWidth = `${widths[n]}px`;
      for (const row of late) row.classList.add("late");
      requestAnimationFrame(() => setTimeout(() => { for (const row of late) row.classList.remove("late"); }));
    }
    table.classList.toggle("sorted", order !== rows);
    table.append(...order);
  }

  function unsorted() {
    show(rows);
    for (const heading of headings) heading.removeAttribute("aria-sort");
    back.hidden = true;
    remember("sort", "");
    say();
  }

  function open(row, wanted) {
    const button = row.querySelector("button.open");
    button.setAttribute("aria-expanded", wanted);
    row.rows[1].hidden = !wanted;
    row.classList.toggle("is-open", wanted);
    const panel = row.querySelector(".panel");
    if (wanted && !panel.firstChild) detail(row.dataset.row, panel);
    remember("open", rows.filter((each) => !each.rows[1].hidden).map((each) => each.dataset.row).join(" "));
  }

  function columns() {
    for (const heading of headings) heading.style.minWidth = "";
    for (const box of form.querySelectorAll("[name=columns]")) table.classList.toggle(`without-${box.value}`, !box.checked);
    const boxes = [...form.querySelectorAll("[name=columns]")];
    const changed = boxes.some((box) => box.checked !== box.defaultChecked);
    remember("columns", changed ? boxes.filter((box) => box.checked).map((box) => box.value).join(" ") || "none" : "");
  }

  function restore() {
    const wanted = state();
    form.q.value = wanted.get("q") || "";
    for (const axis of AXES) if (form[axis]) form[axis].value = wanted.get(axis) || "";
    const chosen = wanted.get("columns");
    for (const box of form.querySelectorAll("[name=columns]")) box.checked = chosen ? chosen.split(" ").includes(box.value) : box.defaultChecked;
    columns();
    filter();
    const [, place, down] = /^(\d+)(-?)$/.exec(wanted.get("sort") || "") || [];
    if (place !== undefined && Number(place) < headings.length) sort(Number(place), down ? -1 : 1);
    else unsorted();
    const ids = (wanted.get("open") || "").split(" ").filter(Boolean);
    for (const row of rows) if (ids.includes(row.dataset.row) === row.rows[1].hidden) open(row, ids.includes(row.dataset.row));
    return rows.find((row) => ids.includes(row.dataset.row));
  }

  headings.forEach((heading, place) => heading.querySelector("button").addEventListener("click", () => {
    // Numbers begin with the greatest; a second press turns the order, a third gives the suite's.
    const now = { ascending: 1, descending: -1 }[heading.getAttribute("aria-sort")] || 0;
    const first = heading.classList.contains("numeric") ? -1 : 1;
    if (now === -first) unsorted();
    else sort(place, now ? -now : first);
  }));
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button.open");
    if (button) open(button.closest("tbody"), button.getAttribute("aria-expanded") !== "true");
  });
  for (const near of ["pointerover", "focusin"]) table.addEventListener(near, chart.warm, { once: true });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => (event.target.name === "columns" ? columns() : filter()));
  back.addEventListener("click", unsorted);
  addEventListener("hashchange", restore);
  const linked = restore();
  if (linked && !sessionStorage.getItem("bi-bench-scroll")) linked.scrollIntoView();
})();
