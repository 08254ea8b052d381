"""What verbs know of reports: what a run record holds for them alone, and where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bi_bench.store import Store
    from bi_bench.suite import Suite


def for_report(suite: Suite) -> dict[str, Any]:
    """Which figures to draw and how, published numbers, the primary contrast, each arm's parameters.

    It is all in the run record and in no content key.
    """
    from bi_bench.api.figure import drawing_to_json

    return {
        "figures": list(suite.figures),
        "published": [dict(one) for one in suite.published],
        "primary": {
            **suite.primary.model_dump(),
            "declared": "primary" in suite.source.get("report", {}),
        },
        "drawings": {
            entry.label: [drawing_to_json(drawing) for drawing in entry.plugin.figures]
            for entry in suite.analyses
        },
        "strategies": {
            cell.strategy.label: {
                "name": cell.strategy.name,
                "params": cell.strategy.params.model_dump(mode="json"),
            }
            for cell in suite.cells()
        },
    }


def where_written(store: Store, name: str) -> str:
    """The folder of a run and the files of its report, figures by their names."""
    from bi_bench.report import written_files

    files = written_files(store, name)
    inner = [file for file in files if "/" in file]
    listed = [file for file in files if file not in inner]
    text = f"written to {store.run_folder(name)}: {', '.join(listed)}"
    if inner:
        names = ", ".join(file.partition("/")[2].removesuffix(".png") for file in inner)
        text += f"\n  {inner[0].partition('/')[0]}/*.png: {names}"
    return text
