"use strict";
// One problem with the answers to it before and after RFT, steps marked by what they do.
biBench.problemView = (() => {
  const { el } = biBench;
  // The letter stands in the text too: nothing is said by colour alone.
  const KINDS = {
    read: "r", compute: "c", attempt: "a", return: "b", restate: "s", subgoal: "g",
  };
  const WORDS = {
    read: "reads a premise", compute: "computes", attempt: "tries what cannot be solved yet",
    return: "comes back to it", restate: "states a premise again", subgoal: "a part of a sum",
  };

  const sign = (right) => (right ? "✓ right" : "✗ wrong");

  function legend() {
    return el("ul", { class: "kinds", "aria-label": "Kinds of steps" },
      Object.keys(KINDS).map((kind) => el("li", {},
        el("span", { class: `step ${kind}`, "data-letter": KINDS[kind] }, kind), ` ${WORDS[kind]}`)),
      el("li", {}, el("span", { class: "step faulty" }, "wrong step"), " the reason stands below the answer"));
  }

  // An answer as the file of data lists it.
  function unpacked([temperature, right, parsed, truncated, derivation, value, tokens, text, left, score = null, semantic = null], texts) {
    return { greedy: temperature === 0, temperature, right, parsed, truncated, derivation, answer: value, tokens, parts: texts[text], left, score, semantic };
  }

  function piece(part, faults) {
    if (typeof part === "string") return part;
    const [text, kind, quantity, fault = ""] = part;
    const known = kind in KINDS;
    if (fault) faults.push([text, quantity, fault]);
    const number = fault ? el("sup", {}, `✗${faults.length}`) : null;
    return el("span", {
      class: `step${known ? ` ${kind}` : ""}${fault ? " faulty" : ""}`,
      "data-letter": KINDS[kind] || "?", title: `${kind} ${quantity}${fault ? `: ${fault}` : ""}`,
    }, text, number, el("span", { class: "unseen" }, ` (${kind}${fault ? `, wrong: ${fault}` : ""}) `));
  }

  function facts(answer) {
    const found = [
      answer.greedy ? "greedy" : `temperature ${answer.temperature}`, `${answer.tokens} tokens`,
      answer.parsed ? `answer ${answer.answer ?? "none"}` : `⚠ ${answer.answer ?? "not parsed"}`,
    ];
    if (answer.score !== null) found.push(`score ${answer.score}`);
    if (answer.semantic !== null && answer.semantic !== answer.right) found.push(`${sign(answer.semantic)} in the lenient reading`);
    if (answer.truncated) found.push("⚠ truncated");
    if (answer.derivation === false) found.push(answer.right ? "✗ wrong derivation" : "derivation wrong");
    if (answer.derivation === "unrecognised") found.push("⚠ steps not recognised");
    if (answer.derivation === true) found.push("✓ right derivation");
    return found.join(" · ");
  }

  function one(answer) {
    const faults = [];
    const text = el("div", { class: "text", dir: "auto", tabindex: 0 }, answer.parts.map((part) => piece(part, faults)));
    if (answer.left) text.append(el("p", { class: "left" }, `… ${answer.left.toLocaleString("en")} more characters are left out`));
    if (!answer.parts.length) text.append(el("em", {}, "empty"));
    const reasons = faults.map(([step, , fault]) => el("li", {}, el("code", {}, step.trim()), ` ${fault}`));
    return el("article", { class: `answer ${answer.right ? "right" : "wrong"}` },
      el("p", { class: "verdict" }, el("strong", {}, sign(answer.right)), ` · ${facts(answer)}`), text,
      faults.length ? el("ol", { class: "faults", "aria-label": "Wrong steps" }, reasons) : null);
  }

  function column(title, answers) {
    const greedy = answers.filter((answer) => answer.greedy);
    const sampled = answers.filter((answer) => !answer.greedy);
    const right = sampled.filter((answer) => answer.right).length;
    return el("div", { class: "side" }, el("h5", {}, title), greedy.map(one),
      sampled.length ? el("p", { class: "muted" }, `Sampled: ${right} of ${sampled.length} right`) : null,
      sampled.map(one));
  }

  function view(problem, marked) {
    const answers = (listed) => listed.map((each) => unpacked(each, problem.texts));
    return el("div", {},
      el("h4", {}, problem.id),
      el("div", { class: "question" }, el("p", { class: "text", dir: "auto" }, problem.question),
        el("p", {}, el("strong", {}, "Reference answer: "), el("code", {}, problem.answer)),
        problem.solution ? el("details", {}, el("summary", {}, "Reference solution"), el("p", { class: "text" }, problem.solution)) : null),
      marked ? legend() : el("p", { class: "muted" }, "The benchmark is not installed here, so that steps are not marked."),
      el("div", { class: "sides" }, column("Before RFT", answers(problem.before)), column("After RFT", answers(problem.after))));
  }

  return view;
})();
