"""From a file: your own demonstrations, as JSON lines or Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from bi_bench.api import (
    Decline,
    DraftContext,
    Example,
    Parameters,
    Plan,
    Problem,
    Strategy,
    UserError,
)
from bi_bench.api.text import is_text, json_lines

COLUMNS = ("prompt", "completion", "id")  # the last one may be left out
SHOWN = 20  # faults in one message
Place = tuple[str, Any, str]  # where a row is, the row, what is wrong with it already


class FromFileParameters(Parameters):
    """A file and its digest, which is found out if it is not given."""

    path: Annotated[
        str,
        Field(
            description="file ending in .jsonl or .parquet",
            examples=["demonstrations.jsonl"],
            exclude=True,
        ),
    ]  # not in the content key: the digest is
    sha256: Annotated[str, Field(description="digest that the file must have; empty: any")] = ""

    @model_validator(mode="before")
    @classmethod
    def _digested(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(path := data.get("path"), str):
            return data  # an error of its own
        found, wanted = _digest(Path(path)), data.get("sha256") or ""
        if wanted not in ("", found):
            raise UserError(
                f"{path}: its SHA-256 is {found}, not {wanted}: the file is another one, or has "
                "changed since the plan was made; plan and run again, or correct sha256"
            )
        return {**data, "sha256": found}


class FromFile(Strategy[FromFileParameters]):
    """Your own demonstrations: a file with the columns prompt and completion, perhaps id.

    Each row is trained on as it stands: no problem is looked up, no step verified, and it is not
    checked whether a test problem is among them. Ids are the numbers of the rows if not given.
    """

    name = "from-file"
    needs = frozenset()

    def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Decline:
        """None: the rows of a file belong to no problem."""
        return Decline("the demonstrations are those of a file, not of the problems")

    def examples(self, problems: Sequence[Problem], context: DraftContext) -> list[Example]:
        """Every row of the file, in its order; UserError naming each row that is none."""
        file = Path(self.params.path)
        read = {".jsonl": _json_lines, ".parquet": _parquet}.get(file.suffix)
        if read is None:
            raise UserError(f'{file}: the name of the file must end in ".jsonl" or ".parquet"')
        examples: dict[str, Example] = {}
        faults: list[str] = []
        for number, (place, row, broken) in enumerate(read(file), start=1):
            if fault := broken or _fault(row):
                faults.append(f"{place}: {fault}")
                continue
            example = Example(row.get("id") or str(number), row["prompt"], row["completion"])
            if example.id in examples:
                faults.append(f'{place}: the id "{example.id}" comes twice')
            examples[example.id] = example
        if faults:
            more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
            raise UserError("\n".join([*faults[:SHOWN], *more]))
        if not examples:
            raise UserError(f"{file}: there are no demonstrations in it")
        return list(examples.values())


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror}") from None


def _json_lines(file: Path) -> Iterator[Place]:
    for number, row, broken in json_lines(file):
        yield f"{file}:{number}", row, broken


def _parquet(file: Path) -> Iterator[Place]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.read_table(file).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{file}: not a Parquet file: {error}") from None
    for number, row in enumerate(rows, start=1):
        yield f"{file}: row {number}", row, ""


def _fault(row: Any) -> str:
    """The fault of one row; empty: none."""
    if not isinstance(row, dict):
        return 'not an object like {"prompt": "...", "completion": "..."}'
    for column in COLUMNS[:2]:
        if column not in row:
            return f'"{column}" is missing'
    for column, value in row.items():
        if column not in COLUMNS:
            return f'unknown column "{column}"; allowed: {", ".join(COLUMNS)}'
        if not isinstance(value, str) or not value.strip():
            return f'"{column}" must be a text that is not empty (given: {value!r:.40})'
        if not is_text(value):
            return f'"{column}" has half of a surrogate pair, which is no text'
    return ""
