"""The base of everything a user writes, and the way from a tree of words to an instance or to findings."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from halflife.foundation.assumed import Path
from halflife.foundation.document import RESERVED, Document, close_match
from halflife.foundation.errors import Finding, Refusal, SpecError
from halflife.foundation.schema import json_schema
from halflife.foundation.shape import Place, locate
from halflife.foundation.units import quote

__all__ = ["DISCRIMINATOR", "Spec", "findings_of", "json_schema", "validate_tree"]

DISCRIMINATOR = "kind"

_GROUP = ("a group of keys", "write 'key: value' lines, indented below this key")
_TYPES = {
    "string_type": ("text", "put it in quotes"),
    "list_type": ("a list", "begin each entry with '- '"),
    "tuple_type": ("a list", "begin each entry with '- '"),
    "bool_type": ("true or false", "write true or false"),
    "bool_parsing": ("true or false", "write true or false"),
    "int_type": ("a whole number", "write a number without a unit"),
    "int_parsing": ("a whole number", "write a number without a unit"),
    "int_from_float": ("a whole number", "write it without a fraction"),
    "float_type": ("a number", "write a number without a unit"),
    "float_parsing": ("a number", "write a number without a unit"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), _GROUP),
}
"""Wanted and fix by pydantic's error type."""


class Spec(BaseModel):
    """Words of the term sheet: frozen, unknown keys refused, figures with units.

    Variants of one thing are told apart by a field ``kind: Literal["..."]`` and joined by
    ``Annotated[A | B, Field(discriminator="kind")]``. A rule over several fields is a model validator that
    raises `Refusal` (or `ValueError` with a sentence that says what is wanted).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        taken = sorted(set(RESERVED) & set(cls.model_fields))
        if taken:
            raise TypeError(f"{cls.__name__}: {', '.join(taken)} would be read as a figure with its source; rename it")


S = TypeVar("S", bound=BaseModel)


def validate_tree(spec_class: type[S], tree: object, document: Document) -> S:
    """Build the spec from a plain tree.

    Parameters
    ----------
    spec_class : the class of the whole document
    tree : what `Document.tree` gave
    document : where it was written, for the messages

    Raises
    ------
    SpecError
        With one finding for every place that is wrong, in the order of the document.
    """
    try:
        return spec_class.model_validate(tree)
    except ValidationError as error:
        raise SpecError(findings_of(error, spec_class, tree, document)) from error


def findings_of(error: ValidationError, spec_class: type[BaseModel], tree: object, document: Document) -> list[Finding]:
    """The findings behind a validation error, one per place, in the order of the document."""
    by_place: dict[Path, Finding] = {}
    for details in error.errors(include_url=False):
        place = locate(spec_class, tree, details["loc"], details["type"], DISCRIMINATOR)
        path, found, wanted, fix = _say(details, place)
        finding = document.finding(path, found, wanted, fix)
        earlier = by_place.get(path)
        by_place[path] = finding if earlier is None else _either(earlier, finding)
    return [by_place[path] for path in sorted(by_place, key=document.line)]


def _either(first: Finding, second: Finding) -> Finding:
    """One place, two readings that both failed: the branches of a choice."""
    if second.wanted in first.wanted:
        return first
    return Finding(first.where, first.found, f"{first.wanted}; or {second.wanted}", first.fix)


def _say(details: ErrorDetails, place: Place) -> tuple[Path, str, str, str]:
    """Path, found, wanted, fix of one validation error."""
    kind, context = details["type"], details.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Refusal):
        return (*place.path, *cause.at), cause.found, cause.wanted, cause.fix
    key = str(place.path[-1]) if place.path else "the document"
    if kind == "missing":
        examples = f", for example {place.example}" if place.example else ""
        return place.path, f"no '{key}'", place.wanted or f"a '{key}'", f"add '{key}:'{examples}"
    if kind == "extra_forbidden":
        return _say_unknown(place, key)
    if kind == "union_tag_not_found":
        wanted = f"'{DISCRIMINATOR}:' with one of {', '.join(place.tags)}"
        return place.path, f"no '{DISCRIMINATOR}'", wanted, f"say which by adding '{DISCRIMINATOR}:'"
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        return _say_choice(details, place)
    found = quote(details["input"])
    if kind in ("value_error", "assertion_error"):
        found = "figures that do not go together" if isinstance(details["input"], dict) else found
        return place.path, found, str(cause), "change the figures so that this holds"
    return place.path, found, *_say_type(kind, details["msg"], place.example)


def _say_type(kind: str, message: str, example: str) -> tuple[str, str]:
    """Wanted and fix where the kind of thing is wrong."""
    if kind in _TYPES:
        return _TYPES[kind]
    wanted = message.removeprefix("Input should be ")
    return wanted, f"write it like {example}" if example else f"write {wanted}"


def _say_unknown(place: Place, key: str) -> tuple[Path, str, str, str]:
    match = close_match(key, place.keys)
    wanted = "one of " + ", ".join(place.keys) if place.keys else "no such key here"
    fix = f"did you mean '{match}'?" if match else "delete it; nothing reads this key"
    return place.path, f"unknown key '{key}'", wanted, fix


def _say_choice(details: ErrorDetails, place: Place) -> tuple[Path, str, str, str]:
    context = details.get("ctx", {})
    is_tag = details["type"] == "union_tag_invalid"
    written = context.get("tag") if is_tag else details["input"]
    expected = str(context.get("expected_tags" if is_tag else "expected", ""))
    choices = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    match = close_match(str(written), choices)
    fix = f"did you mean '{match}'?" if match else "choose one of these words"
    path = (*place.path, DISCRIMINATOR) if is_tag else place.path
    return path, quote(written), "one of " + ", ".join(choices), fix
