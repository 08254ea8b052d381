"""Generated pairs: forms of one answer must be equal, forms of two answers must not, both ways round."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

import pytest

from bi_bench_plugins.benchmarks.word_problems.answers import same
from bi_bench_plugins.benchmarks.word_problems.units import SPELLED

Forms = Callable[[random.Random], tuple[list[str], list[str]]]  # of an answer, and of another one

WRAPPED = [
    "{}",
    "${}$",
    r"\({}\)",
    r"\text{{{}}}",
    "**{}**",
    "{}.",
    "x = {}",
    r"\boxed{{{}}}",
]
COUNTED = [
    "{}",
    "{} plums",
    r"{}\text{{ ripe plums}}",
    r"{}\ cm",
    "{} degrees",
    "{}°",
    "{} in total",
]
WORDS = ["Nora", "Otto", "even", "odd", "yes", "no", "north east", "Tuesday", "parabola", "red"]


def decimal(value: Fraction, rng: random.Random) -> str:
    """The digits of a decimal with at most six decimals, perhaps with zeros behind or none before."""
    text = f"{float(value):.6f}".rstrip("0")
    text = text + "0" * rng.randint(0, 2) if rng.random() < 0.5 else text.rstrip(".")
    return text.replace("0.", ".", 1) if abs(value) < 1 and "." in text[:-1] else text


def number_forms(value: Fraction, rng: random.Random) -> list[str]:
    top, bottom, sign = abs(value.numerator), value.denominator, "-" if value < 0 else ""
    minus = rng.choice("-−–") if sign else ""
    times = rng.randint(2, 9)
    forms = [
        rf"{sign}\frac{{{top}}}{{{bottom}}}",
        rf"\dfrac{{{sign}{top * times}}}{{{bottom * times}}}",
        f"{minus}{top}/{bottom}",
    ]
    if bottom == 1:
        fullwidth = str(top).translate({48 + digit: 0xFF10 + digit for digit in range(10)})
        forms += [
            f"{minus}{top}",
            f"{sign}{top:,}",
            f"{sign}{top:,}".replace(",", rng.choice([r"\,", " ", "{,}"])),
        ]
        forms += [f"{sign}{fullwidth}", f"{sign}{top}.0"]
        forms += [word for word, number in SPELLED.items() if number == value]
        if value > 0 and top % 1000 == 0:
            forms += [f"{top // 1000} thousand", rf"{top // 1000} \times 10^3", f"{top // 1000}e3"]
    if 1000000 % bottom == 0:
        forms += [decimal(value, rng), decimal(value, rng)]
    if bottom > 1 and top > bottom:
        whole, rest = divmod(top, bottom)
        forms += [f"{minus}{whole} {rest}/{bottom}", rf"{sign}{whole}\frac{{{rest}}}{{{bottom}}}"]
    return forms


def some_number(rng: random.Random) -> Fraction:
    top = rng.choice([rng.randint(1, 99), rng.randint(100, 99_999), rng.randint(1, 99) * 1000])
    bottom = rng.choice([1, 1, 2, 3, 4, 5, 7, 8, 10, 12, 100])
    return Fraction(rng.choice([1, 1, -1]) * top, bottom)


def another(value: Fraction, rng: random.Random) -> Fraction:
    """A number that is easily taken for another one."""
    digits = str(abs(value.numerator))
    others = [value + 1, -value, value * 10, value / 10, value + Fraction(1, 10), 1 / value]
    others += [Fraction(int(digits[::-1]), value.denominator), Fraction(value.denominator, 1)]
    others += [Fraction(int(f"{digits}{value.denominator}")), Fraction(int(digits))]
    return rng.choice([other for other in others if other != value])


def numbers(rng: random.Random) -> tuple[list[str], list[str]]:
    value = some_number(rng)
    found = []
    for each in (value, another(value, rng)):
        forms = [rng.choice(WRAPPED).format(form) for form in number_forms(each, rng)]
        found.append(
            forms + [rng.choice(COUNTED[:3]).format(form) for form in number_forms(each, rng)]
        )
    return found[0], found[1]


def percentages(rng: random.Random) -> tuple[list[str], list[str]]:
    value = rng.randint(1, 99)
    forms = [f"{value}%", rf"{value}\%", f"{value} percent", rf"{value}\text{{ percent}}"]
    return [*forms, decimal(Fraction(value, 100), rng)], [
        f"{value + 1}%",
        str(value * 10),
        f"${value}.5",
    ]


def units(rng: random.Random) -> tuple[list[str], list[str]]:
    value = rng.randint(1, 500)
    lengths = [
        f"{value} m",
        rf"{value}\text{{ meters}}",
        f"{value * 100} cm",
        f"{value * 1000} millimeters",
    ]
    money = [
        f"${value}",
        rf"\${value}",
        f"{value} dollars",
        f"{value * 100} cents",
        f"US${value}.00",
    ]
    return rng.choice(
        [
            (lengths, [f"{value} cm", f"{value} km", f"{value} inches", f"{value + 1} m"]),
            (money, [f"€{value}", f"{value} cents", f"£{value}", f"${value}0"]),
        ]
    )


def bases(rng: random.Random) -> tuple[list[str], list[str]]:
    base, digits = rng.randint(2, 9), f"{rng.randint(1, 1000):b}"
    forms = [
        f"{digits}_{base}",
        f"{digits}_{{{base}}}",
        rf"{digits}_{{\text{{{base}}}}}",
        f"{digits} base {base}",
    ]
    return forms, [f"{digits}_{base + 1}", f"{digits}0_{base}", f"1{digits}_{{{base}}}"]


def words(rng: random.Random) -> tuple[list[str], list[str]]:
    one, other = rng.sample(WORDS, 2)
    wraps = [
        "{}",
        r"\text{{{}}}",
        r"\textbf{{{}}}",
        r"\mbox{{ {} }}",
        "**{}**",
        "{}.",
        r"\mathrm{{{}}}",
    ]

    def wrapped(word: str) -> list[str]:
        return [rng.choice(wraps).format(w) for w in (word, word.upper(), word)]

    return wrapped(one), wrapped(other)


def letters(rng: random.Random) -> tuple[list[str], list[str]]:
    one, other = rng.sample("ABCDE", 2)
    wraps = ["{}", "({})", r"\text{{({})}}", r"\textbf{{{}}}", "{}.", r"\text{{{}}}"]
    return [wrap.format(one) for wrap in wraps], [wrap.format(other) for wrap in wraps]


def points(rng: random.Random) -> tuple[list[str], list[str]]:
    one, two = rng.sample(range(-50, 50), 2)
    forms = [
        f"({one}, {two})",
        rf"\left({one},{two}\right)",
        f"({one}.0,{number_forms(Fraction(two), rng)[1]})",
    ]
    others = [
        f"({two},{one})",
        f"[{one},{two}]",
        f"({one},{two}]",
        f"({one},{two},{two})",
        f"{one},{two}",
    ]
    return forms, [*others, f"({one},{two + 1})"]


def lists(rng: random.Random) -> tuple[list[str], list[str]]:
    values = rng.sample(range(-50, 50), rng.randint(2, 4))
    mixed = rng.sample(values, len(values))
    forms = [", ".join(map(str, values)), rf"\{{{','.join(map(str, mixed))}\}}"]
    forms += [" and ".join(map(str, mixed)), r"\text{ or }".join(f"x = {value}" for value in mixed)]
    other = rng.choice([value for value in range(-60, 60) if value not in values])
    replaced = [other, *mixed[1:]]
    return forms, [
        ", ".join(map(str, replaced)),
        str(values[0]),
        f"{values[-1]}",
        ", ".join(map(str, [*values, other])),
    ]


def formulas(rng: random.Random) -> tuple[list[str], list[str]]:
    a, b, root = rng.randint(1, 9), rng.randint(1, 9), rng.choice([2, 3, 5, 6, 7])
    products = [f"(x+{a})(x-{b})", f"x^2{a - b:+d}x-{a * b}", f"x²{a - b:+d}x-{a * b}"]
    roots = [rf"{a + 1}\sqrt{{{root}}}", rf"\sqrt{{{(a + 1) ** 2 * root}}}", f"{a + 1}√{root}"]
    angles = [rf"\frac{{{a}\pi}}{{11}}", f"{a}π/11", rf"\frac{{{a}}}{{11}}\pi"]
    return rng.choice(
        [
            (products, [f"(x+{a})(x+{b})", f"x^2{a - b:+d}x-{a * b + 1}", f"(y+{a})(y-{b})"]),
            (roots, [rf"{a + 2}\sqrt{{{root}}}", rf"\sqrt{{{(a + 1) * root}}}", rf"{a + 1}{root}"]),
            (angles, [rf"\frac{{{a}}}{{11\pi}}", f"{a}/11", rf"\frac{{{a + 1}\pi}}{{11}}"]),
        ]
    )


@pytest.mark.parametrize(
    ("forms", "count"),
    [
        (numbers, 2000),
        (percentages, 200),
        (units, 300),
        (bases, 200),
        (words, 200),
        (letters, 100),
        (points, 300),
        (lists, 300),
        (formulas, 60),
    ],
)
def test_forms_of_one_answer_are_equal_and_of_two_are_not(forms: Forms, count: int) -> None:
    rng = random.Random(forms.__name__)
    wrong = []
    for _ in range(count):
        mine, others = forms(rng)
        (one, two), other = rng.sample(mine, 2), rng.choice(others)
        for answer, reference, equal in (
            (one, two, True),
            (two, one, True),
            (one, other, False),
            (other, one, False),
        ):
            if same(answer, reference) is not equal:
                wrong.append(f"{answer} {'=' if equal else '≠'} {reference}")
    assert not wrong, f"{len(wrong)} of {4 * count}: {wrong[:20]}"
