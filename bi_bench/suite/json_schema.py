"""The JSON schema of a suite file, with the parameters of every plugin: editors complete and check by it.

It says what :func:`bi_bench.suite.load_suite` accepts as far as a schema can: names, keys, types and bounds,
but not what plugins check among their own parameters.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema

from bi_bench.api import Parameters
from bi_bench.plugins import KINDS, Registered, Registry
from bi_bench.suite.schema import MatrixTable, SuiteFile

DIALECT = GenerateJsonSchema.schema_dialect
JsonSchema = dict[str, Any]  # what pydantic makes


def suite_schema(registry: Registry) -> JsonSchema:
    """The schema, in draft 2020-12."""
    definitions: JsonSchema = {}
    for kind in KINDS:
        entries = [entry for entry in registry.found if entry.kind == kind]
        definitions[kind] = _entry_of(kind, entries, definitions)
    suite = _model(SuiteFile, "suite", definitions)
    matrix = _model(MatrixTable, "matrix", definitions)
    for table in (suite, matrix):
        for key in KINDS & table["properties"].keys():
            table["properties"][key] = _array(kind=key, of=table["properties"][key])
    evaluate = definitions["suite.Evaluate"]["properties"]
    evaluate["benchmarks"] = _array(kind="benchmarks", of=evaluate["benchmarks"])
    # Later tables of an array take the axes that they leave out from the first.
    definitions |= {"matrix": matrix, "matrix.later": {**matrix, "required": []}}
    first, later = {"$ref": "#/$defs/matrix"}, {"$ref": "#/$defs/matrix.later"}
    several = {"type": "array", "prefixItems": [first], "items": later, "minItems": 1}
    suite["properties"]["matrix"] = {"anyOf": [first, several]}
    return {"$schema": DIALECT, "title": "A suite of bi_bench", **suite, "$defs": definitions}


def _entry_of(kind: str, entries: list[Registered], definitions: JsonSchema) -> JsonSchema:
    """An entry of an axis: the name of a plugin, or a table with the name and parameters."""
    tables, bare = [], set()
    for entry in entries:
        place = f"{kind}.{entry.cls.name}"
        try:
            table = _model(entry.cls.Params, place, definitions)
        except (
            PydanticInvalidForJsonSchema
        ):  # a type of its own: whatever is written is let through
            table = {"type": "object", "properties": {}}
        name = {"const": entry.cls.name, "description": entry.cls.about()}
        table["properties"] = {
            "name": name,
            "label": {"type": "string", "pattern": r"\S", "description": "what reports call it"},
            **table["properties"],
        }
        if not table.get("required"):
            bare.add(entry.cls.name)
        table["required"] = ["name", *table.get("required", ())]
        table |= {"title": entry.cls.name, "description": inspect.cleandoc(entry.cls.__doc__ or "")}
        definitions[place] = table
        tables.append({"$ref": f"#/$defs/{place}"})
    return {"anyOf": [{"enum": sorted(bare)}, *tables]}


def _model(model: type[Parameters], place: str, definitions: JsonSchema) -> JsonSchema:
    """The schema of a model; the tables inside it become definitions named below ``place``."""
    schema = model.model_json_schema(ref_template=f"#/$defs/{place}.{{model}}")
    for name, inner in schema.pop("$defs", {}).items():
        definitions[f"{place}.{name}"] = inner
    return schema


def _array(kind: str, of: Mapping[str, Any]) -> JsonSchema:
    return {**of, "items": {"$ref": f"#/$defs/{kind}"}}
