"use strict";
// What distinguishes two arms: the fields in which the identities of their stages differ.
biBench.compare = (() => {
  const { el, load, table, problem } = biBench;

  function flat(identity) {
    return new Map(identity.flatMap(([role, fields]) => fields.map(([path, value]) => [`${role} · ${path}`, value])));
  }

  function differences(one, other) {
    const left = flat(one), right = flat(other);
    const fields = new Set([...left.keys(), ...right.keys()]);
    return [...fields].filter((field) => left.get(field) !== right.get(field))
      .map((field) => [field, left.get(field) ?? "absent", right.get(field) ?? "absent"]);
  }

  return (id, data, place) => {
    const others = [...document.querySelectorAll("#rows > tbody")].filter((row) => row.dataset.row !== id);
    const name = (row) => ["strategy", "algorithm", "model", "benchmark", "split"].map((axis) => row.dataset[axis]).join(" · ");
    const result = el("div", { "aria-live": "polite" });
    const own = document.querySelector(`#rows > tbody[data-row="${id}"]`);
    async function show(other) {
      try {
        const found = differences(data.identity, (await load(`rows/${other.dataset.row}`)).identity);
        const headings = ["field", `this arm: ${name(own)}`, `other: ${name(other)}`];
        result.replaceChildren(found.length ? table({ headings, rows: found }, `${found.length} fields differ`)
          : el("p", {}, "Nothing differs but what they start from."));
      } catch (error) {
        result.replaceChildren(problem(error));
      }
    }
    if (!others.length) {
      place.append(el("p", {}, "There is no other row to compare with."));
      return;
    }
    const first = others.find((row) => row.querySelector("th .chip") && row.dataset.split === own.dataset.split && row.dataset.benchmark === own.dataset.benchmark) || others[0];
    const list = el("select", { change: () => show(others[list.selectedIndex]) },
      others.map((row) => el("option", { selected: row === first }, name(row))));
    place.append(el("div", { class: "controls" }, el("label", {}, "Compare with ", list)), result);
    show(first);
  };
})();
