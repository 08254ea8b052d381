"""What is drawn and said stays the same, whatever makes it faster."""

from __future__ import annotations

import hashlib
import json
import random

import pytest

from bi_bench.api import SPLITS
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters
from bi_bench_plugins.benchmarks.igsm.structure import sample, shuffle
from bi_bench_plugins.strategies.bridge import Bridge

PINNED = {
    "{}": "9810381c8c6be474",
    '{"ops": [30, 40], "answer_bound": 100000}': "12ec3647b48d5dc2",
    '{"tier": "embedded", "ops": [4, 6], "ops_ood": [7, 9], "redundant": 0}': "c0cace1e44e99513",
    '{"modulus": 23, "ops": [2, 9], "zero_filter": 0.5, "order": "depth-first"}': "00295dae77f5244b",
}


@pytest.mark.parametrize("params", PINNED)
def test_problems_and_demonstrations_are_those_of_version_2(params: str) -> None:
    igsm, bridge = IGSM(IGSMParameters.model_validate_json(params)), Bridge()
    digest = hashlib.sha256()
    for split in SPLITS:
        rng = random.Random(split)
        for problem in igsm.problems(split, 12, rng):
            plan = bridge.inject(problem, igsm.plan(problem, rng), rng)
            said = igsm.speak(problem, plan, "w")
            digest.update(json.dumps([problem.to_json(), said.text, repr(said.spans)]).encode())
        digest.update(str(rng.random()).encode())
    assert digest.hexdigest()[:16] == PINNED[params]


def test_shuffles_and_samples_are_those_of_the_library() -> None:
    ours, library = random.Random(0), random.Random(0)
    for size in range(60):
        mine, theirs = list(range(size)), list(range(size))
        shuffle(ours, mine)
        library.shuffle(theirs)
        assert mine == theirs
        for count in range(size + 1):
            assert sample(ours, mine, count) == library.sample(theirs, count)
    assert ours.getstate() == library.getstate()
