"""Problems in the columns of GSM8K and MATH, made up for these tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Rows = list[dict[str, Any]]
Write = Callable[..., Path]
Make = Callable[..., Rows]

JARS = {
    "question": "Mara packs 6 boxes with 4 jars in each. She sells 9 of the jars and her aunt gets "
    "half a dozen. How many jars are left?",
    "answer": "Mara packs 6*4=<<6*4=24>>24 jars.\nOf the 24 jars she sells 9, so 24-9=<<24-9=15>>15 "
    "jars are left.\nHer aunt gets 6 of them.\nIn the end there are 15-6=<<15-6=9>>9 jars.\n#### 9",
}
SEATS = {
    "question": "A school has 3 buses with 20 seats and 2 vans with 8 seats. Each seat costs $5 a "
    "trip. How much do all seats cost for a trip?",
    "answer": "The buses have 3*20=<<3*20=60>>60 seats and the vans 2*8=<<2*8=16>>16 seats.\nThat "
    "makes 60+16=<<60+16=76>>76 seats.\nAll seats cost 76*$5=$<<76*5=380>>380.\n#### 380",
}
BAGS = {
    "question": "Ben has 30 marbles and puts 20% of them into each bag. How many are in 2 bags?",
    "answer": "Each bag has 20%*30=<<20%*30=6>>6 marbles.\n2 bags have 6*2=<<6*2=12>>12.\n#### 12",
}
LOAN = {
    "question": "Paying for a boat of $1,080 takes 2 times 40 dollars, 3 times 100 dollars and a loan. "
    "How large is the loan?",
    "answer": "He has 2*40+3*100=$<<2*40+3*100=380>>380.\nThe loan is 1,080-380=$"
    "<<1080-380=700>>700.\n#### 700",
}


@pytest.fixture
def told() -> Rows:
    """Four problems in the columns of GSM8K; the third divides, the others have a graph."""
    return [dict(row) for row in (JARS, SEATS, BAGS, LOAN)]


@pytest.fixture
def chairs() -> Make:
    """Any number of different problems in the columns of GSM8K, with one step each."""

    def chairs(n: int, start: int = 0) -> Rows:
        return [
            {
                "question": f"Hall {i} has 3 chairs more than {i + 50} chairs. How many is that?",
                "answer": f"It has {i + 50}+3=<<{i + 50}+3={i + 53}>>{i + 53}.\n#### {i + 53}",
            }
            for i in range(start, start + n)
        ]

    return chairs


@pytest.fixture
def sevenths() -> Make:
    """Any number of different problems in the columns of MATH."""

    def sevenths(n: int, start: int = 0, level: object = "Level 2") -> Rows:
        return [
            {
                "problem": f"What is ${i} \\div 7$?",
                "solution": f"It is \\boxed{{\\frac{{{i}}}{{7}}}} by definition.",
                "level": level,
                "type": "Arithmetic",
            }
            for i in range(start, start + n)
        ]

    return sevenths


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a folder with a train and a test file, as JSONL or Parquet."""

    def write(train: Rows, test: Rows, suffix: str = ".jsonl", name: str = "data") -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = tmp_path / name
        folder.mkdir()
        for part, rows in (("train", train), ("test", test)):
            if suffix == ".parquet":
                pq.write_table(pa.Table.from_pylist(rows), folder / f"{part}.parquet")
            else:
                lines = "".join(json.dumps(row) + "\n" for row in rows)
                (folder / f"{part}.jsonl").write_text(lines)
        return folder

    return write
