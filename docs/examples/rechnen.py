"""A benchmark in German, with a strict and a lenient reading: sums in words, answered in digits."""

import re

from bi_bench.api import SPLITS, Benchmark, Grade, Problem, hookimpl

ONES = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
TENS = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
TEENS = [
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]


def in_words(number):
    """ "siebenundvierzig" for 47, of 0 to 99."""
    if number < 20:
        return [*ONES, *TEENS][number]
    ten, one = divmod(number, 10)
    first = "einund" if one == 1 else f"{ONES[one]}und" if one else ""
    return first + TENS[ten - 2]


NUMBERS = {in_words(number): number for number in range(100)} | {"ein": 1, "eine": 1}
LINE = re.compile(r"^Antwort: (\d{1,3})$", re.MULTILINE)


def last_number(text):
    """The last number of a text, in digits or in words; None where there is none."""
    words = re.findall(r"\d{1,3}|[a-zäöüß]+", text.lower())
    found = [int(word) if word.isdigit() else NUMBERS.get(word) for word in words]
    return next((number for number in reversed(found) if number is not None), None)


class Rechnen(Benchmark):
    """Sums of two numbers below fifty, asked in German words."""

    name = "rechnen"
    provides = frozenset({"solution", "semantic"})
    procedural = True
    max_new_tokens = 32

    def problems(self, split, n, rng):
        for index in range(n):
            # The remainder of the first number tells the splits apart.
            a = len(SPLITS) * rng.randrange(7) + SPLITS.index(split)
            b = rng.randrange(50)
            yield Problem(
                f"rechnen/{split}/{index}",
                question=f"Wie viel ist {in_words(a)} plus {in_words(b)}?",
                answer=str(a + b),
                solution=f"Das macht {in_words(a + b)}.\nAntwort: {a + b}",
            )

    def ask(self, problem, premise_order=None):
        return f"{problem.question}\n"

    def grade(self, problem, completion):
        right = int(problem.answer)
        lenient = last_number(completion) == right
        answers = {int(one) for one in LINE.findall(completion)}
        if len(answers) != 1:
            several = len(answers) > 1
            return Grade(False, False, contradictory=several, semantic=lenient and not several)
        (answer,) = answers
        return Grade(answer == right, True, str(answer), semantic=lenient)


@hookimpl
def bi_bench_benchmarks():
    return [Rechnen]
