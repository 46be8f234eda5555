"""The JSON schema of a spec, for editors: each figure may be plain, sourced or assumed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from halflife.foundation.units import FIGURE_MARK

_NAMES = {"string": "Text", "number": "Number", "integer": "Whole", "boolean": "YesOrNo"}
"""Definition of a plain field by its JSON type."""


def json_schema(spec_class: type[BaseModel]) -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a document of this class.

    Every figure with a unit is one definition (``Usd``, ``Rate`` ...) that accepts plain text and the forms
    with a source or an assumption; other plain fields accept the same forms around their own words.
    """
    schema: dict[str, Any] = spec_class.model_json_schema(mode="validation")
    definitions: dict[str, Any] = {}
    result = _walk(schema, definitions)
    result["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    result["$defs"] = {**result.get("$defs", {}), **dict(sorted(definitions.items()))}
    return dict(result)


def _walk(schema: Any, definitions: dict[str, Any]) -> Any:
    """Replace marked figures by references and wrap plain properties, all the way down."""
    if isinstance(schema, list):
        return [_walk(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if FIGURE_MARK in schema:
        return _reference(schema, definitions)
    walked = {key: _walk(part, definitions) for key, part in schema.items() if key not in ("properties", "default")}
    if "default" in schema:
        walked["default"] = schema["default"]
    if "properties" in schema:
        walked["properties"] = {
            key: _property(_walk(part, definitions), definitions) for key, part in schema["properties"].items()
        }
    return walked


def _reference(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A reference to the definition of this kind of figure, which is written down the first time."""
    name = schema[FIGURE_MARK]
    plain = {key: schema[key] for key in ("type", "examples")}
    return _refer(name, plain, schema["x-wanted"], schema, definitions, has_range=True)


def _refer(
    name: str,
    plain: dict[str, Any],
    wanted: str,
    schema: dict[str, Any],
    definitions: dict[str, Any],
    *,
    has_range: bool,
) -> dict[str, Any]:
    if name not in definitions:
        forms = [plain, *_forms(plain, has_range=has_range)]
        definitions[name] = {"title": name, "description": wanted, "anyOf": forms}
    others: dict[str, Any] = {key: schema[key] for key in ("description", "default") if key in schema}
    return {"$ref": f"#/$defs/{name}", **others}


def _property(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A plain property also accepts the forms with a source or an assumption; tags and groups do not."""
    outside: dict[str, Any] = {key: schema[key] for key in ("title", "description", "default") if key in schema}
    inside: dict[str, Any] = {key: part for key, part in schema.items() if key not in outside}
    kind = inside.get("type")
    if "const" in inside or "$ref" in inside:
        return schema
    if list(inside) == ["type"] and kind in _NAMES:
        has_range = kind in ("number", "integer")
        return _refer(_NAMES[kind], inside, f"a {kind}", schema, definitions, has_range=has_range)
    if "enum" in inside or kind in _NAMES:
        return {**outside, "anyOf": [inside, *_forms(inside, has_range=kind in ("number", "integer"))]}
    return schema


def _forms(plain: dict[str, Any], *, has_range: bool) -> list[dict[str, Any]]:
    """The two groups of keys a figure may be: with its source, or assumed with its reason."""
    text = {"type": "string", "minLength": 1}
    spread = _group({"low": plain, "high": plain, "mode": plain}, "low", "high")
    guess = {"anyOf": [plain, spread]} if has_range else plain
    return [
        _group({"value": plain, "source": text, "note": text}, "value"),
        _group({"assumed": guess, "reason": text, "note": text}, "assumed", "reason"),
    ]


def _group(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    closed = {"type": "object", "additionalProperties": False}
    return {**closed, "properties": properties, "required": list(required)}
