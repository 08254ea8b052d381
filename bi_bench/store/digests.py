"""Size and SHA-256 of the files of a stage, and the check that they are unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from bi_bench.api.errors import UserError
from bi_bench.artifacts.stage_record import FileDigest, read_stage

LOG = "log.txt"
"""The output that a stage printed: no result is made of it, and it may grow after the commit."""

_WEIGHTS = ".safetensors"


def list_files(folder: Path) -> dict[str, FileDigest]:
    """Size and SHA-256 of all files below a folder, by relative path; not of the log."""
    return {
        path.relative_to(folder).as_posix(): FileDigest(
            size=path.stat().st_size, sha256=digest_file(path)
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path != folder / LOG
    }


def digest_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Verifier:
    """Compares files with their listed digests; each is read once as long as nobody writes to it."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[object, ...]] = {}

    def damages(
        self, folder: Path, files: Mapping[str, FileDigest], weights: bool
    ) -> Iterator[tuple[str, str]]:
        """Names of damaged files and what is wrong with them.

        Without ``weights`` these are known by their size alone: whoever loads them reads them whole.
        """
        for name, listed in files.items():
            read = weights or not name.endswith(_WEIGHTS)
            if damage := self._damage(folder / name, listed, read):
                yield name, damage

    def _damage(self, path: Path, listed: FileDigest, read: bool) -> str:
        try:
            status = path.stat()
            if status.st_size != listed.size:
                return f"has {status.st_size} bytes of {listed.size}"
            seen = (listed.sha256, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
            if read and self._seen.get(path) != seen:
                if digest_file(path) != listed.sha256:
                    return "is not what was written (another SHA-256)"
                self._seen[path] = seen
        except PermissionError:
            raise
        except (FileNotFoundError, NotADirectoryError):
            return "is gone"
        except OSError as error:  # the disk cannot give it back
            return f"cannot be read: {error.strerror}"
        return ""


def check_stage_files(folder: Path) -> None:
    """UserError that names file and stage if what is below a folder of a stage is damaged.

    For whoever loads weights; ``folder`` may be one inside the stage, or none of a stage at all.
    """
    for stage in (folder, *folder.parents[:2]):
        if record := read_stage(stage).record:
            below = {
                name: listed
                for name, listed in record.files.items()
                if (stage / name).is_relative_to(folder)
            }
            for name, damage in Verifier().damages(stage, below, weights=True):
                raise UserError(
                    f"{stage / name} {damage}; the stage {record.name} is damaged: run the suite "
                    "again, which computes it again"
                )
            return
