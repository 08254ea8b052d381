"""Roles: what a stage is to a cell of the matrix, composed and parsed in one place."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, get_args

Part = Literal[
    "base",
    "problems",
    "augment",
    "sft",
    "probe",
    "rft",
    "probe-rft",
    "pre",
    "post",
    "decoded",
    "overlap",
    "analyse",
]
PARTS: tuple[Part, ...] = get_args(Part)
Evaluation = Literal["pre", "post"]
EVALUATIONS: tuple[Evaluation, ...] = get_args(Evaluation)


class Role(str):
    """A part of the path of a cell, and what it is about where there are several: "sft", "pre/test-id".

    "problems", "pre", "post" and "overlap" are about a split, "analyse" is about the label of an
    analysis, "decoded" about the label of a decoder and a split, "LABEL/SPLIT". The split of another
    benchmark than the one trained on is "LABEL/SPLIT" too.
    """

    __slots__ = ()

    @classmethod
    def of(cls, part: Part, about: str = "") -> Role:
        """The role of this part."""
        return cls(f"{part}/{about}" if about else part)

    @property
    def part(self) -> str:
        """ "pre" of "pre/test-id"."""
        return self.partition("/")[0]

    @property
    def about(self) -> str:
        """ "test-id" of "pre/test-id"; empty where a cell has one stage of the part."""
        return self.partition("/")[2]


class Parent(StrEnum):
    """The role of a stage for the one that reads its folder; an analysis knows its parents by it.

    "problems" are those that are asked, "checkpoint" is the model that is asked or trained, and
    "reference" belongs to the arm whose budget is matched. "sft" and "rl" are problems of training,
    "demonstrations" those of the RL problems, where an algorithm needs them.
    """

    BASE = "base"
    PROBLEMS = "problems"
    AUGMENT = "augment"
    CHECKPOINT = "checkpoint"
    REFERENCE = "reference"
    SFT = "sft"
    RL = "rl"
    DEMONSTRATIONS = "demonstrations"


BASE, AUGMENT, SFT = Role.of("base"), Role.of("augment"), Role.of("sft")
PROBE, RFT, PROBE_RFT = Role.of("probe"), Role.of("rft"), Role.of("probe-rft")


def problems(split: str) -> Role:
    """The problems of a split."""
    return Role.of("problems", split)


def pre(split: str) -> Role:
    """The evaluation before RFT, on a split."""
    return Role.of("pre", split)


def post(split: str) -> Role:
    """The evaluation after RFT, on a split."""
    return Role.of("post", split)


def decoded(label: str, split: str) -> Role:
    """The evaluation of a decoder, by its label, on a split; a label has no slash."""
    return Role.of("decoded", f"{label}/{split}")


def decoder_and_split(about: str) -> tuple[str, str]:
    """The label and the split that a role "decoded" is about."""
    label, _, split = about.partition("/")
    return label, split


def decoded_checkpoint(name: str) -> Role:
    """The parent of an evaluation that a decoder calls by this name."""
    return Role.of("decoded", name)


def overlap(split: str) -> Role:
    """The overlap of a split with the training data."""
    return Role.of("overlap", split)


def analyse(label: str) -> Role:
    """An analysis, by its label."""
    return Role.of("analyse", label)


def transferred(label: str, split: str) -> str:
    """The split of another benchmark than the one trained on."""
    return f"{label}/{split}"


def benchmark_and_split(split: str) -> tuple[str, str]:
    """The label of the other benchmark, empty if it is the one trained on, and the plain split."""
    label, _, name = split.rpartition("/")
    return label, name
