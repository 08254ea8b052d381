"use strict";
// The panel of an opened row: numbers and charts at once, the rest in parts that fill when opened.
biBench.detail = (() => {
  const { el, load, table, chart, problem, state, answers, compare } = biBench;

  function part(title, fill, open = false) {
    const body = el("div", { class: "body" });
    const start = () => { if (node.open && !body.firstChild) fill(body); };
    const node = el("details", { class: "part", open, toggle: start }, el("summary", {}, title), body);
    return node;
  }

  function numbers(data) {
    return el("div", { class: "numbers" }, data.numbers.map(([group, facts]) => el("section", {},
      el("h4", {}, group),
      el("dl", {}, facts.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text)))))));
  }

  async function costs(id) {
    const charts = (await load("costs")).charts.filter((each) => each.rows.includes(id));
    return charts.map((each) => ({
      ...each,
      series: each.series.map((series) => ({ ...series, strong: series.row === id })),
    }));
  }

  function parameters(data, body) {
    body.append(el("p", { class: "muted" }, `All that the content keys are made of, for seed ${data.identity_seed}.`),
      ...data.identity.map(([role, fields]) => el("details", {}, el("summary", {}, `${role} (${fields.length})`),
        table({ headings: ["field", "value"], rows: fields }, role))));
  }

  function analyses(data, body) {
    body.append(...data.analyses.flatMap((each) => [table(each, each.facts ? `${each.name} · ${each.facts}` : each.name)]));
  }

  async function fill(id, panel) {
    panel.replaceChildren(el("p", { class: "muted" }, "Loading …"));
    try {
      const data = await load(`rows/${id}`);
      const linked = (state().get("problem") || "").startsWith(`${id}/`);
      const notes = data.notes.length ? el("ul", { class: "notes" }, data.notes.map((text) => el("li", {}, text))) : null;
      const charts = el("div", { class: "charts" }, data.charts.map(chart));
      panel.replaceChildren(...[numbers(data), notes, charts,
        part(`Answers`, (body) => answers(id, data.answers, body), linked),
        part("Compare with another arm", (body) => compare(id, data, body)),
        data.analyses.length ? part("Analyses", (body) => analyses(data, body)) : null,
        part("Costs by stage", (body) => body.append(table(data.costs, "Means over the seeds; stages that cells share count in full in each"))),
        part("Resolved parameters", (body) => parameters(data, body)),
        part("Content keys", (body) => body.append(table(data.keys, "The stages behind this row"))),
      ].filter(Boolean));
      charts.append(...(await costs(id)).map(chart));
    } catch (error) {
      panel.replaceChildren(problem(error));
    }
  }

  return fill;
})();
