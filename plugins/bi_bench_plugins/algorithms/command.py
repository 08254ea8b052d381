"""Command: any outside trainer, as a program that reads one checkpoint and writes another."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from bi_bench.api import Algorithm, ExternalCommand, Parameters, Phase, UserError, did_you_mean

GIVEN = ("checkpoint", "prompts", "output", "steps", "seed", "python")
NEEDED = ("checkpoint", "output")


class CommandParameters(Parameters):
    """``argv`` with placeholders; ``files`` are further placeholders, files of the trainer.

    The content key sees ``argv`` as it is written, the digests of ``files``, not their paths, and those
    of the files that ``argv`` names (from the working folder), as an argument or behind a "=".
    """

    argv: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="program and arguments",
            examples=[("{python}", "-m", "my_trainer", "{checkpoint}", "{output}")],
        ),
    ]
    files: dict[str, str] = Field(
        default_factory=dict, description="files of the trainer, by placeholder", exclude=True
    )
    sha256: dict[str, str] = Field(
        default_factory=dict, description="digests that the files must have; empty: any"
    )
    steps: Annotated[int, Field(ge=1, description="what {steps} stands for")] = 200
    timeout: Annotated[float, Field(gt=0, description="seconds")] = 86400.0

    @model_validator(mode="before")
    @classmethod
    def _digested(cls, data: Any) -> Any:
        files = data.get("files", {}) if isinstance(data, dict) else None
        if not isinstance(files, dict) or not all(isinstance(f, str) for f in files.values()):
            return data  # an error of its own
        argv = data.get("argv", ())
        if not isinstance(argv, list | tuple) or not all(isinstance(part, str) for part in argv):
            return data
        found = {name: _digest(Path(file)) for name, file in {**_named(argv), **files}.items()}
        wanted = data.get("sha256") or {}
        for name, digest in wanted.items():
            if found.get(name) != digest:
                raise UserError(
                    f'command: the SHA-256 of the file "{name}" is {found.get(name, "unknown")}, not '
                    f"{digest}: it has changed since the plan was made; plan and run again, or "
                    "correct sha256"
                )
        return {**data, "sha256": found}

    @field_validator("files")
    @classmethod
    def _names(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files:
            if name in GIVEN or not re.fullmatch(r"\w+", name):
                raise ValueError(f'"{name}" cannot name a file: it is taken, or no plain word')
        return files

    @model_validator(mode="after")
    def _placeholders(self) -> CommandParameters:
        used = {name for part in self.argv for name in re.findall(r"\{(\w+)\}", part)}
        known = [*GIVEN, *self.files]
        for name in sorted(used - set(known)):
            hint = did_you_mean(name, known) or f"; known: {', '.join(known)}"
            raise ValueError(f"argv: there is no placeholder {{{name}}}{hint}")
        if missing := [f"{{{name}}}" for name in NEEDED if name not in used]:
            raise ValueError(f"argv: {' and '.join(missing)} must be among the arguments")
        return self


class Command(Algorithm[CommandParameters]):
    """Command: an outside program, given a checkpoint folder, problems and an output folder.

    It rolls out and rewards by itself. It must leave weights of the same architecture as
    safetensors in the output folder and end with exit code 0.
    """

    name = "command"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        files: Mapping[str, str] = {
            name: str(Path(file).resolve()) for name, file in params.files.items()
        }
        return [
            ExternalCommand(
                steps=params.steps, argv=params.argv, files=files, timeout=params.timeout
            )
        ]

    def warnings(self) -> Sequence[str]:
        """The changes that the content key cannot notice."""
        return [
            "command: of the program only the files that `argv` names or `files` lists are noticed when "
            "they change, not what they import; tokens and time of an outside trainer are not known "
            "beforehand"
        ]


def _named(argv: Sequence[str]) -> dict[str, str]:
    """The files among the arguments, and behind the "=" of one, by the text that names them."""
    texts = [text for part in argv for text in (part, part.partition("=")[2]) if text]
    return {text: text for text in texts if os.path.isfile(text)}


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"command: {file} cannot be read: {error.strerror}") from None
