from __future__ import annotations

import random

import pytest

from bi_bench.api import Decline, Problem, UserError, verify
from bi_bench.stages.demonstrate import demonstrations
from bi_bench_plugins.benchmarks.word_problems import GSM8K, GSM8KParameters
from bi_bench_plugins.benchmarks.word_problems.annotations import NoGraph, graph_of
from bi_bench_plugins.benchmarks.word_problems.splits import Item
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters
from bi_bench_plugins.strategies.sabotage import Sabotage, SabotageParameters
from bi_bench_plugins.strategies.vanilla import Vanilla
from tests.conftest import present
from tests.plugins.benchmarks.word_problems.conftest import Make, Rows, Write
from tests.plugins.conftest import made


@pytest.fixture
def gsm8k(write: Write, told: Rows, chairs: Make) -> GSM8K:
    return GSM8K(GSM8KParameters(path=str(write(chairs(60), told)), ood_steps=0))


@pytest.fixture
def problems(gsm8k: GSM8K) -> dict[str, Problem]:
    """The four problems by the first word of their question."""
    found = gsm8k.problems("test-id", 9, random.Random(0))
    return {problem.question.split()[0]: problem for problem in found}


def test_annotations_become_the_graph_of_a_solution(problems: dict[str, Problem]) -> None:
    graph = present(problems["Mara"].graph)
    first, second, last = graph.quantities
    assert first.equation == ("*", 6, 4)
    assert second.equation == ("-", first.name, 9)
    assert last.equation == ("-", second.name, 6)
    assert graph.target == last.name
    assert [quantity.value for quantity in graph.quantities] == [24, 15, 9]
    assert present(problems["Paying"].graph).quantities[0].equation == (
        "+",
        ("*", 2, 40),
        ("*", 3, 100),
    )


def test_the_words_of_a_step_are_its_sentence_with_letters_for_results(
    problems: dict[str, Problem],
) -> None:
    problem = problems["Mara"]
    first, second, last = (quantity.name for quantity in present(problem.graph).quantities)
    assert problem.metadata["words"] == {
        first: f"Mara packs 6*4={first} jars.",
        second: f"Of the {first} jars she sells 9, so {first}-9={second} jars are left.",
        last: f"Her aunt gets 6 of them. In the end there are {second}-6={last} jars.",
    }


@pytest.mark.parametrize("order", ["topological", "depth-first"])
def test_plain_and_injected_solutions_read_back_and_verify(
    gsm8k: GSM8K, problems: dict[str, Problem], order: str
) -> None:
    gsm8k = GSM8K(gsm8k.params.model_copy(update={"order": order}))
    kinds = set()
    for problem in problems.values():
        if problem.graph is None:
            continue
        for seed in range(20):
            for strategy in (Vanilla(), Bridge(BridgeParameters(reflection=0.8, analysis=4))):
                ((draft, solution),) = made(gsm8k, strategy, problem, seed)
                steps = gsm8k.steps(problem, solution.text)
                wanted = [
                    (s.kind, s.quantity) for s in present(draft.plan).steps if s.kind != "subgoal"
                ]
                assert [(s.kind, s.quantity) for s in steps] == wanted, solution.text
                assert [v.problem for v in verify(problem.graph, steps) if not v.right] == []
                assert gsm8k.grade(problem, solution.text).correct
                kinds |= {step.kind for step in present(draft.plan).steps}
    assert kinds == {"compute", "attempt", "return", "restate", "subgoal"}


def test_without_the_injected_steps_the_words_are_the_plain_ones(
    gsm8k: GSM8K, problems: dict[str, Problem]
) -> None:
    arm = Bridge(BridgeParameters(reflection=1.0, analysis=4))
    ((draft, solution),) = made(gsm8k, arm, problems["Mara"], 1)
    ((_, plain),) = made(gsm8k, Vanilla(), problems["Mara"], 1)
    assert solution != plain
    assert (
        gsm8k.speak(problems["Mara"], present(draft.plan).plain(), f"1/{problems['Mara'].id}")
        == plain
    )


def test_a_wrong_value_is_a_wrong_line(gsm8k: GSM8K, problems: dict[str, Problem]) -> None:
    arm = Sabotage(SabotageParameters(share=1.0))
    ((_, solution),) = made(gsm8k, arm, problems["Mara"], 0)
    verdicts = verify(present(problems["Mara"].graph), gsm8k.steps(problems["Mara"], solution.text))
    assert not all(verdict.right for verdict in verdicts)


def test_a_problem_without_a_graph_is_text(gsm8k: GSM8K, problems: dict[str, Problem]) -> None:
    problem = problems["Ben"]
    assert problem.graph is None
    assert problem.metadata["no_graph"] == "per cent"
    ((_, solution),) = made(gsm8k, Vanilla(), problem, 0)
    assert solution.text == (
        "Each bag has 20%*30=6 marbles.\n2 bags have 6*2=12.\n</think>\n<answer>\\boxed{12}</answer>"
    )
    assert gsm8k.grade(problem, solution.text).correct
    for strategy in (Bridge(), Sabotage()):
        declined = demonstrations(gsm8k, strategy, problem, 0)
        assert declined == Decline("the problem has no graph")


@pytest.mark.parametrize(
    ("solution", "answer", "reason"),
    [
        ("No sums.", "3", "no annotations"),
        ("<<7/2=3.5>>", "3.5", "decimals"),
        ("<<7/0=3>>", "3", "wrong arithmetic"),
        ("<<0.5*6=3>>", "3", "decimals"),
        ("<<50%*6=3>>", "3", "per cent"),
        ("<<2*x=3>>", "3", "an annotation cannot be read"),
        ("<<3>>", "3", "an annotation cannot be read"),
        ("<<__import__('os')=3>>", "3", "an annotation cannot be read"),
        ("<<9**9**9=3>>", "3", "an annotation cannot be read"),
        ("<<3=3>>", "3", "a step without an operation"),
        ("<<1+1=3>>", "3", "wrong arithmetic"),
        ("<<1+2=3>>", "4", "the last step is not the answer"),
        ("<<4+4=8>> <<1+2=3>>", "3", "a step leads nowhere"),
        ("<<4+3=7>> <<7+1=8>>", "8", "a number could be two things"),  # 7 is in the question
        ("<<1+1=2>>" * 13, "2", "too many steps"),
    ],
)
def test_what_makes_no_graph_says_why(solution: str, answer: str, reason: str) -> None:
    with pytest.raises(NoGraph) as caught:
        graph_of("Seven dwarfs have 7 hats.", solution, answer)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("half", "prose"),
    [
        ("10+13=10+13=23>>23 cups.", "10+13=23 cups."),
        ("10+13=<<10+13=2323 cups.", "10+13=23 cups."),
        ("10+13=<<1/0=1 cups.", "10+13= cups."),
        ("10+13 >> 23 cups <<.", "10+13  23 cups ."),
    ],
)
def test_half_an_annotation_makes_no_graph_and_is_never_demonstrated(
    write: Write, chairs: Make, half: str, prose: str
) -> None:
    row = {"question": "Ivo has 10 and 13?", "answer": f"{half}\n23*2=<<23*2=46>>46\n#### 46"}
    gsm8k = GSM8K(GSM8KParameters(path=str(write(chairs(9), [row])), ood_steps=0))
    (problem,) = gsm8k.problems("test-id", 9, random.Random(0))
    assert problem.metadata["no_graph"] == "an annotation cannot be read"
    ((_, solution),) = made(gsm8k, Vanilla(), problem, 0)
    assert solution.text.startswith(f"{prose}\n23*2=46\n")
    assert "<<" not in solution.text
    assert ">>" not in solution.text


def test_divisions_with_whole_results_make_a_graph(write: Write, chairs: Make) -> None:
    row = {
        "question": "Ana shares 24 figs among 4 friends. What do 3 friends get, if 5 more come?",
        "answer": "Each gets 24/4=<<24/4=6>>6 figs.\n3 get 6/4*3*4=<<6/4*3*4=18>>18.\n"
        "With the others it is 18+5=<<18+5=23>>23.\n#### 23",
    }
    gsm8k = GSM8K(GSM8KParameters(path=str(write(chairs(9), [row])), ood_steps=0))
    (problem,) = (p for p in gsm8k.problems("test-id", 9, random.Random(0)) if "Ana" in p.question)
    assert [quantity.value for quantity in present(problem.graph).quantities] == [6, 18, 23]
    arm = Bridge(BridgeParameters(reflection=1.0, analysis=4))
    said = ""
    for seed in range(20):
        ((_, solution),) = made(gsm8k, arm, problem, seed)
        steps = gsm8k.steps(problem, solution.text)
        assert {"compute", "attempt", "restate"} <= {step.kind for step in steps}
        assert all(verdict.right for verdict in verify(present(problem.graph), steps))
        said += solution.text
    assert "= 1.5 * 3 * 4 = 4.5 * 4 = 18." in said
    assert "24 divided by 4" in said


def test_sentences_that_do_not_fit_make_no_graph(write: Write, chairs: Make) -> None:
    rows = [
        {"question": "Q1 4 and 5?", "answer": "It is <<4+5=9>>10 then.\n#### 9"},
        {"question": "Q2 4 and 5?", "answer": "So Z = 3. To get B we take 1.<<4+5=9>>9\n#### 9"},
    ]
    gsm8k = GSM8K(GSM8KParameters(path=str(write(chairs(9), rows)), ood_steps=0))
    found = gsm8k.problems("test-id", 9, random.Random(0))
    reasons = {problem.question[:2]: problem.metadata.get("no_graph") for problem in found}
    assert reasons["Q1"] == "a sentence states another result"
    assert reasons["Q2"] in (None, "a sentence cannot be told from a step")


def test_the_share_of_graphs_is_counted(gsm8k: GSM8K) -> None:
    tally = gsm8k.tally("test-id")
    assert tally["graph_share"] == 0.75
    assert tally["no_graph"] == {"per cent": 1}


def test_sft_has_problems_with_a_graph_unless_asked_otherwise(
    write: Write, told: Rows, chairs: Make
) -> None:
    divided = [
        {**told[2], "question": f"Ben {i} has 30 marbles in 5 bags. How many in 2?"}
        for i in range(60)
    ]
    folder = str(write(chairs(60) + divided, told))
    for only, expected in ((True, {True}), (False, {True, False})):
        gsm8k = GSM8K(GSM8KParameters(path=folder, sft_with_graph=only))
        found = gsm8k.problems("sft", 999, random.Random(0))
        assert {problem.graph is not None for problem in found} == expected


def test_numbers_in_answers(write: Write, chairs: Make) -> None:
    finals = {"1,080": "1080", "$18": "18", "2.50": "2.50", "-7": "-7", "4.0": "4"}
    rows = [{"question": f"What is {k}?", "answer": f"It is.\n#### {k}"} for k in finals]
    gsm8k = GSM8K(GSM8KParameters(path=str(write(chairs(9), rows)), ood_steps=0))
    found = {p.question[8:-1]: p for p in gsm8k.problems("test-id", 9, random.Random(0))}
    assert {key: problem.answer for key, problem in found.items()} == finals
    for key, problem in found.items():
        assert gsm8k.grade(problem, f"so \\boxed{{{key}}}").correct
        assert gsm8k.grade(problem, f"#### {key}").correct
        assert not gsm8k.grade(problem, "\\boxed{3}").correct
        assert not gsm8k.grade(problem, key).parsed


def test_premises_cannot_be_reordered(gsm8k: GSM8K, problems: dict[str, Problem]) -> None:
    assert gsm8k.ask(problems["Mara"]).startswith("Mara packs")
    with pytest.raises(UserError, match="one order only"):
        gsm8k.ask(problems["Mara"], (0,))


def test_no_solution_upsets_the_reading_of_graphs(gsm8k: GSM8K) -> None:
    pieces = [
        "She has ",
        "5*3=",
        "<<5*3=15>>",
        "15",
        "<<15-4=11>>",
        "11 ",
        ".\n",
        "\u2028",
        "\r\n",
        "<<",
    ]
    pieces += [
        ">>",
        "(K)",
        "But K (",
        "is not known yet, so K stays open.",
        "So K = 3.",
        "- ",
        "$",
        "{x}",
    ]
    rng = random.Random(0)
    graphs = 0
    for index in range(400):
        middle = "".join(rng.choices(pieces, k=rng.randint(1, 9)))
        item = Item(str(index), "Q?", "11", f"<<5*3=15>>15 {middle} <<15-4=11>>11", 2)
        problem = gsm8k.problem(item)
        graphs += problem.graph is not None
        for strategy in (Vanilla(), Bridge(BridgeParameters(reflection=1.0, analysis=4))):
            if problem.graph is None:
                continue
            ((_, solution),) = made(gsm8k, strategy, problem, index)
            steps = gsm8k.steps(problem, solution.text)
            assert all(verdict.right for verdict in verify(problem.graph, steps))
    assert 0 < graphs < 400
