"""Installed packages against the versions that work together; imports none of them."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

DEVELOPMENT = "dev"
# What no requirement of a package says. Found by running them.
KNOWN = {"ray": ("==2.49.2", "2.55.1 and 2.60.0 lost worker processes")}


@dataclass(frozen=True, slots=True)
class Package:
    """One package: ``status`` is "ok", "missing", "clash" or (not needed, not there) "optional"."""

    name: str
    installed: str
    wanted: str
    status: str
    reason: str = ""

    @property
    def mend(self) -> str:
        """The command that installs what is wanted; empty if all is well."""
        return "" if self.status == "ok" else f"pip install '{self.name}{self.wanted}'"


def installed_versions(names: Sequence[str]) -> dict[str, str]:
    """Versions of those of the packages that are installed."""
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def own_requirements(package: str) -> list[str]:
    """What a package says it requires, extras included; nothing if it is not installed."""
    try:
        return importlib.metadata.requires(package) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def required_names(requirements: Sequence[str]) -> list[str]:
    """The names in requirement lines, and the packages of which only a range is known."""
    return [wanted.name for wanted, _ in _parsed(requirements)] + list(KNOWN)


def check(
    requirements: Sequence[str],
    installed: Mapping[str, str],
    of_others: Mapping[str, Sequence[str]],
) -> list[Package]:
    """One row for each required or known package, then one for each clash among them.

    ``requirements`` are the lines of bi_bench, ``of_others`` those of installed packages.
    """
    rows = []
    for wanted, extra in _parsed(requirements):
        reason = f"for the extra {extra}" if extra else ""
        rows.append(_row(wanted.name, str(wanted.specifier), installed, bool(extra), reason))
    for name, (specifier, reason) in KNOWN.items():
        if name in installed and name not in {row.name for row in rows}:
            rows.append(_row(name, specifier, installed, True, reason))
    for other in of_others.keys() & installed.keys():
        for wanted, extra in _parsed(of_others[other]):
            if extra or wanted.name not in installed:
                continue
            reason = f"needed so by {other} {installed[other]}"
            row = _row(wanted.name, str(wanted.specifier), installed, False, reason)
            if row.status == "clash":
                rows.append(row)
    return rows


def _row(
    name: str, specifier: str, installed: Mapping[str, str], optional: bool, reason: str
) -> Package:
    from packaging.specifiers import SpecifierSet

    if name not in installed:
        status = "optional" if optional else "missing"
        return Package(name, "", specifier, status, reason)
    fits = SpecifierSet(specifier).contains(installed[name], prereleases=True)
    return Package(name, installed[name], specifier, "ok" if fits else "clash", reason)


def _parsed(lines: Sequence[str]) -> Iterator[tuple[Requirement, str]]:
    """Each requirement that holds on this machine, with the extra that it belongs to."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    for line in lines:
        wanted = Requirement(line)
        wanted.name = canonicalize_name(wanted.name)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            yield wanted, ""
            continue
        found = re.search(r"""extra == ["']([^"']+)""", str(wanted.marker))
        extra = found[1] if found else ""
        if extra and extra != DEVELOPMENT and wanted.marker.evaluate({"extra": extra}):
            yield wanted, extra
