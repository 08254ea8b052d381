"""The hash of a problem's structure from its forms, equal to that of the graph made of them.

As :mod:`bi_bench.api.canonical`, without the expressions: most structures are another split's, and
nothing but this hash is ever made of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from bi_bench.api.canonical import ROUNDS, number
from bi_bench_plugins.benchmarks.igsm.equations import Form

Colours = Mapping[int, str]


def colours_of(forms: Mapping[int, Form], target: int) -> Colours:
    """A colour for each parameter, by what depends on what and what is asked for."""
    found = dict.fromkeys(forms, "0")
    found[target] = "1"
    users: dict[int, list[int]] = {parameter: [] for parameter in forms}
    for parameter, form in forms.items():
        # An instance parameter stands in one term alone, an abstract one may stand in several.
        parents = {part for term in form.terms for part in term} if form.terms else form.parents
        for parent in parents:
            users[parent].append(parameter)
    for _ in range(ROUNDS):
        found = {
            parameter: number(
                "|".join(
                    [
                        found[parameter],
                        _outline(form, found),
                        *sorted([found[user] for user in users[parameter]]),
                    ]
                )
            )
            for parameter, form in forms.items()
        }
    return found


def mark_of(parameter: int, form: Form, coloured: Colours) -> int:
    """The contribution of one parameter to the hash, operators included."""
    return int(number(f"{coloured[parameter]}|{_shape(form, coloured)}"))


def _outline(form: Form, coloured: Colours) -> str:
    _, _, inner, parents, terms = form
    if terms:
        return _added(form, coloured, "", "")
    if not parents:
        return "#"
    if inner:
        text = f"({' '.join(sorted([coloured[parent] for parent in parents]))})"
    else:
        text = coloured[parents[0]]
    return f"(# {text})" if form.outer else text


def _shape(form: Form, coloured: Colours) -> str:
    outer, _, inner, parents, terms = form
    if terms:
        return _added(form, coloured, "+ ", "* ")
    if not parents:
        return "#"
    if inner:
        operands = [coloured[parent] for parent in parents]
        if inner == "+":
            operands.sort()
        text = f"({inner} {' '.join(operands)})"
    else:
        text = coloured[parents[0]]
    return f"({outer} # {text})" if outer else text


def _added(form: Form, coloured: Colours, plus: str, times: str) -> str:
    texts = []
    for term in form.terms:
        first = coloured[term[0]]
        if len(term) == 1:
            texts.append(first)
        else:
            second = coloured[term[1]]
            pair = f"{first} {second}" if first < second else f"{second} {first}"
            texts.append(f"({times}{pair})")
    if len(texts) == 1:
        return texts[0]
    texts.sort()
    return f"({plus}{' '.join(texts)})"
