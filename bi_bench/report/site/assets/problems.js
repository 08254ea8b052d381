"use strict";
// The list of problems behind a row: filtered, a page at a time; an opened one comes from its shard.
biBench.answers = (() => {
  const { el, load, select, state, remember, problem: failed, problemView } = biBench;
  const PAGE = 100;
  const BEFORE = 2, AFTER = 3, UNPARSED = 4, TRUNCATED = 5;
  const FILTERS = {
    all: ["all problems", () => true],
    right: ["right after RFT", (line) => line[AFTER] === 1],
    wrong: ["wrong after RFT", (line) => line[AFTER] === 0],
    fixed: ["fixed by RFT", (line) => line[BEFORE] === 0 && line[AFTER] === 1],
    broken: ["broken by RFT", (line) => line[BEFORE] === 1 && line[AFTER] === 0],
    unparsed: ["some answer not parsed", (line) => line[UNPARSED] === 1],
    truncated: ["some answer truncated", (line) => line[TRUNCATED] === 1],
  };
  const sign = (right) => ({ 1: "✓", 0: "✗" })[right] ?? "–";
  const words = (line) => ({ "01": "fixed", 10: "broken", 11: "right", "00": "wrong" })[`${line[BEFORE]}${line[AFTER]}`] ?? "";

  function shardOf(starts, number) {
    return starts.findLastIndex((start) => start <= number);
  }

  async function browse(row, name, seed, place) {
    const index = await load(`answers/${name}/index`);
    const shown = el("div", { class: "shown", "aria-live": "off" });
    const list = el("ol", { class: "problems", "aria-label": "Problems" });
    const count = el("output", { "aria-live": "polite" });
    const more = el("button", { type: "button", click: () => grow() }, "More");
    let matching = [], listed = 0, chosen = "all", text = "", open = -1;

    async function show(number, focus) {
      const shard = shardOf(index.starts, number);
      try {
        const problems = await load(`answers/${name}/${shard}`);
        open = number;
        shown.replaceChildren(problemView(problems[number - index.starts[shard]], index.marked));
        remember("problem", `${row}/${seed}/${index.problems[number][0]}`);
        for (const button of list.querySelectorAll("button")) button.setAttribute("aria-pressed", button.value === String(number));
        if (focus) shown.scrollIntoView({ block: "nearest" });
      } catch (error) {
        shown.replaceChildren(failed(error));
      }
    }

    // What all ids begin with says nothing in a list.
    const ids = index.problems.map((line) => line[0]);
    let common = ids.length > 1 ? ids[0].length : 0;
    for (const id of ids) while (!id.startsWith(ids[0].slice(0, common))) common -= 1;
    common = ids[0].lastIndexOf("/", common) + 1;

    function entry(number) {
      const line = index.problems[number];
      const ops = line[1] === null ? "" : ` · ${line[1]} operations`;
      return el("li", {}, el("button", { type: "button", value: number, "aria-pressed": String(number === open), click: () => show(number, true) },
        el("span", { class: "outcome" }, `${sign(line[BEFORE])} → ${sign(line[AFTER])} ${words(line)}`), ` ${line[0].slice(common)}${ops}`));
    }

    function grow() {
      list.append(...matching.slice(listed, listed + PAGE).map(entry));
      listed = Math.min(matching.length, listed + PAGE);
      more.hidden = listed >= matching.length;
    }

    function filter() {
      const keep = FILTERS[chosen][1];
      matching = index.problems.flatMap((line, n) => (keep(line) && line[0].toLowerCase().includes(text) ? [n] : []));
      list.replaceChildren();
      listed = 0;
      count.textContent = `${matching.length} of ${index.problems.length} problems`;
      grow();
    }

    const search = el("input", { type: "search", input: () => { text = search.value.toLowerCase(); filter(); } });
    place.replaceChildren(
      el("div", { class: "controls" },
        select("Show", Object.entries(FILTERS).map(([key, [label]]) => [key, label]), "all", (value) => { chosen = value; filter(); }),
        el("label", {}, "Id ", search), count),
      el("p", { class: "muted" }, "Right or wrong by the greedy answer, before → after RFT."),
      el("div", { class: "browser" }, el("div", { class: "list" }, list, more), shown));
    filter();
    const [wanted, wantedSeed, ...id] = (state().get("problem") || "").split("/");
    const number = wanted === row && wantedSeed === String(seed) ? index.problems.findIndex((line) => line[0] === id.join("/")) : -1;
    await show(number >= 0 ? number : 0, number >= 0);
  }

  // The whole section of a row: which seed, then the problems under it.
  return (row, seeds, place) => {
    const body = el("div");
    const [wanted, wantedSeed] = (state().get("problem") || "").split("/");
    let chosen = seeds.find((each) => wanted === row && String(each.seed) === wantedSeed) || seeds[0];
    const start = () => {
      if (!chosen.name) body.replaceChildren(el("p", {}, chosen.reason));
      else browse(row, chosen.name, chosen.seed, body).catch((error) => body.replaceChildren(failed(error)));
    };
    const options = seeds.map((each) => [String(each.seed), `seed ${each.seed}`]);
    if (seeds.length > 1) place.append(el("div", { class: "controls" }, select("Seed", options, String(chosen.seed), (value) => { chosen = seeds.find((each) => String(each.seed) === value); start(); })));
    place.append(body);
    start();
  };
})();
